package aio

import (
	"io"
	"net"
	"sync"
	"time"

	"github.com/goetia-go/goetia/future"
)

// Foreign is a stream over something that can only be read and written by blocking: a terminal, a
// pipe on Windows, a net.Conn of somebody else's making. Each read is done by a goroutine
// that lives until it returns, which brings up to 64 KiB, and so is each write. One task at a
// time reads, and one writes; Close is safe for concurrent use.
//
// If what is beneath panics there, PollRead panics with a [future.PanicError] from then on, or PollWrite
// and PollFlush do.
type Foreign struct {
	rw  io.ReadWriteCloser
	in  inPump
	out outPump
}

// NewForeign makes a stream of rw, which nobody else reads, writes or closes from then on.
func NewForeign(rw io.ReadWriteCloser) *Foreign { return &Foreign{rw: rw} }

// inPump reads by way of a goroutine. What it brings is kept until somebody takes it, so a read
// that is cancelled loses nothing.
type inPump struct {
	slot future.Slot

	mu     sync.Mutex
	buf    *[portion]byte
	data   []byte
	busy   bool
	closed bool
	err    error
}

// PollRead implements [Reader].
func (f *Foreign) PollRead(cx *future.Context, b []byte) (n int, ready bool, err error) {
	p := &f.in
	if !cx.Spend() {
		return 0, false, nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.closed:
		return 0, true, net.ErrClosed
	case len(b) == 0:
		return 0, true, nil
	case len(p.data) > 0:
		n = copy(b, p.data)
		if p.data = p.data[n:]; len(p.data) == 0 {
			portions.Put(p.buf)
			p.buf, p.data = nil, nil
		}
		return n, true, nil
	case p.err != nil:
		return 0, true, raise(p.err)
	}
	p.slot.Register(cx.Waker())
	if !p.busy {
		p.busy = true
		p.buf = portions.Get().(*[portion]byte)
		go p.run(f.rw)
	}
	return 0, false, nil
}

// run is the goroutine.
func (p *inPump) run(r io.Reader) {
	buf := p.buf
	var data []byte
	var err error
	returned := false
	defer func() {
		if !returned {
			err = panicked(recover())
		}
		p.mu.Lock()
		p.busy, p.data, p.err = false, data, err
		if len(data) == 0 {
			if returned { // otherwise r may have kept it
				portions.Put(buf)
			}
			p.buf, p.data = nil, nil
		}
		p.mu.Unlock()
		p.slot.Wake()
	}()
	var n int
	n, err = r.Read(buf[:])
	data = buf[:n]
	returned = true
}

// PollWrite implements [Writer]: it takes up to 64 KiB, unless what was taken before is still
// being written. What writing fails with is returned by the next call.
func (f *Foreign) PollWrite(cx *future.Context, b []byte) (n int, ready bool, err error) {
	return f.out.pollWrite(cx, b, f.rw)
}

// PollFlush implements [Writer].
func (f *Foreign) PollFlush(cx *future.Context) (ready bool, err error) { return f.out.pollFlush(cx) }

// PollCloseWrite implements [Stream], if what is beneath has a CloseWrite.
func (f *Foreign) PollCloseWrite(cx *future.Context) (ready bool, err error) {
	half, ok := f.rw.(interface{ CloseWrite() error })
	if !ok {
		return true, errUnsupported("CloseWrite", f.rw)
	}
	if ready, err := f.out.pollFlush(cx); !ready || err != nil {
		return ready, err
	}
	return true, half.CloseWrite()
}

// Read is a future of [Foreign.PollRead].
func (f *Foreign) Read(b []byte) future.Future[future.Result[int]] { return Read(f, b) }

// Write is a future of [Foreign.PollWrite].
func (f *Foreign) Write(b []byte) future.Future[future.Result[int]] { return Write(f, b) }

func (f *Foreign) dropRead()  { f.in.slot.Clear() }
func (f *Foreign) dropWrite() { f.out.slot.Clear() }

// Close closes what is beneath; if something is still being written, after that, and after ten
// seconds at most if it has deadlines. A read that blocks and is not ended by closing, as
// that of a terminal, keeps its goroutine until it returns.
func (f *Foreign) Close() error {
	f.in.mu.Lock()
	was := f.in.closed
	f.in.closed = true
	f.in.mu.Unlock()
	if was {
		return net.ErrClosed
	}
	busy := f.out.finish()
	f.in.slot.Wake()
	f.out.slot.Wake()
	if !busy {
		return f.rw.Close()
	}
	if d, ok := f.rw.(interface{ SetWriteDeadline(time.Time) error }); ok {
		_ = d.SetWriteDeadline(time.Now().Add(lingering))
	}
	return nil
}

// LocalAddr is that of what is beneath, or nil.
func (f *Foreign) LocalAddr() net.Addr {
	if c, ok := f.rw.(interface{ LocalAddr() net.Addr }); ok {
		return c.LocalAddr()
	}
	return nil
}

// RemoteAddr is that of what is beneath, or nil.
func (f *Foreign) RemoteAddr() net.Addr {
	if c, ok := f.rw.(interface{ RemoteAddr() net.Addr }); ok {
		return c.RemoteAddr()
	}
	return nil
}
