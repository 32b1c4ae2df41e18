package aio

import (
	"io"
	"net"
	"runtime/debug"
	"sync"
	"time"

	"github.com/goetia-go/goetia/future"
)

// outPump writes by way of a goroutine, for what cannot be written to without blocking. It
// takes one portion at a time, and its goroutine lives for as long as that takes. So a
// write that is cancelled has either taken its bytes or has not.
type outPump struct {
	slot future.Slot

	mu   sync.Mutex
	buf  *[portion]byte
	busy bool
	// ending: what is written to is to be closed after what is being written.
	ending bool
	err    error
}

// portion is how much is taken at once.
const portion = 64 << 10

// lingering is how long a closed connection goes on with what was taken before.
const lingering = 10 * time.Second

var portions = sync.Pool{New: func() any { return new([portion]byte) }}

func (p *outPump) pollWrite(cx *future.Context, b []byte, w io.WriteCloser) (n int, ready bool, err error) {
	if !cx.Spend() {
		return 0, false, nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.err != nil:
		return 0, true, raise(p.err)
	case p.ending:
		return 0, true, net.ErrClosed
	case p.busy:
		p.slot.Register(cx.Waker())
		return 0, false, nil
	case len(b) == 0:
		return 0, true, nil
	}
	p.buf = portions.Get().(*[portion]byte)
	n = copy(p.buf[:], b)
	p.busy = true
	go p.run(w, n)
	return n, true, nil
}

// run is the goroutine.
func (p *outPump) run(w io.WriteCloser, n int) {
	var err error
	returned := false
	defer func() {
		if !returned {
			err = panicked(recover())
		}
		p.mu.Lock()
		if returned { // otherwise w may have kept it
			portions.Put(p.buf)
		}
		p.buf, p.busy, p.err = nil, false, err
		ending := p.ending
		p.mu.Unlock()
		p.slot.Wake()
		if ending {
			_ = w.Close() // nobody is there to be told
		}
	}()
	_, err = w.Write(p.buf[:n])
	returned = true
}

// panicked is what a pump comes to whose goroutine has panicked with v, or called runtime.Goexit.
func panicked(v any) error {
	if v == nil {
		v = "runtime.Goexit was called"
	}
	return &future.PanicError{Value: v, Stack: debug.Stack()}
}

// raise returns an error, or panics with it if it was a panic: that is for whoever polls.
func raise(err error) error {
	if e, ok := err.(*future.PanicError); ok {
		panic(e)
	}
	return err
}

func (p *outPump) pollFlush(cx *future.Context) (ready bool, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.busy {
		p.slot.Register(cx.Waker())
		return false, nil
	}
	return true, raise(p.err)
}

// finish has what is written to closed after what is being written, and says false if nothing is.
func (p *outPump) finish() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ending = true
	return p.busy
}
