package future

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
)

// AsyncReader reads from an io.Reader that blocks, for tasks. It reads ahead into a buffer of fixed
// size. It is made by [UnblockReader]. One task or goroutine at a time uses it.
type AsyncReader struct {
	pump
	r    io.Reader
	ring byteRing
	// err is what the Reader has ended with.
	err error
	// empty is how many times in a row it has read nothing.
	empty int
}

// maxEmptyReads is how many times a Reader may return nothing, as with bufio.
const maxEmptyReads = 100

// UnblockReader makes an AsyncReader. It begins to read when it is first asked to, and from then
// on r must not be used by others, until Close is ready. It does not close r.
func UnblockReader(r io.Reader, opts UnblockOptions) *AsyncReader {
	a := &AsyncReader{r: r, ring: byteRing{bytes: make([]byte, opts.buffer(defaultUnblockBytes))}}
	a.init(opts, a.fill, func(err error) { a.err = err })
	return a
}

// PollRead reads into p what there is, at least one byte. The error is that of the Reader, once
// everything before it was read, and os.ErrClosed after Close. If the Reader has
// panicked, PollRead panics with a [PanicError].
func (a *AsyncReader) PollRead(cx *Context, p []byte) (r Result[int], ready bool) {
	a.mu.Lock()
	switch {
	case a.closed:
		a.mu.Unlock()
		return Result[int]{Err: os.ErrClosed}, true
	case a.busy():
		a.waker = cx.Waker() // after a SeekTo that was cancelled
		a.mu.Unlock()
		return r, false
	case len(p) == 0:
		a.mu.Unlock()
		return r, true
	case a.ring.n == 0 && a.err != nil:
		err := a.err
		a.mu.Unlock()
		return Result[int]{Err: raise(err)}, true
	case a.ring.n == 0:
		a.waker = cx.Waker()
		a.start()
		return r, false
	case cx.exhausted():
		a.mu.Unlock()
		cx.Spend()
		return r, false
	}
	a.waker = nil
	r.Value = a.ring.read(p)
	// Not for every byte that there is room for.
	if a.err == nil && a.ring.n <= len(a.ring.bytes)/2 {
		a.start()
	} else {
		a.mu.Unlock()
	}
	cx.Spend()
	return r, true
}

// fill is the pump's turn.
func (a *AsyncReader) fill() bool {
	if a.obey() {
		return true
	}
	if a.closed || a.err != nil || a.ring.n == len(a.ring.bytes) {
		return false
	}
	if a.ring.n == 0 {
		a.ring.first = 0
	}
	free := a.ring.free()
	var n int
	var err error
	a.unlocked(func() { n, err = a.r.Read(free) })
	if n < 0 || n > len(free) {
		n, err = 0, fmt.Errorf("future: the Reader has read %d bytes into %d", n, len(free))
	}
	if n > 0 {
		a.empty = 0
	} else if a.empty++; err == nil && a.empty >= maxEmptyReads {
		err = io.ErrNoProgress
	}
	a.ring.n += n
	a.err = err
	if n > 0 || err != nil {
		a.tell()
	}
	return true
}

// Read is a future of PollRead's result. Cancelling it loses nothing.
func (a *AsyncReader) Read(p []byte) Future[Result[int]] { return &reading{a, p} }

type reading struct {
	a *AsyncReader
	p []byte
}

func (r *reading) Poll(cx *Context) (Result[int], bool) { return r.a.PollRead(cx, r.p) }
func (r *reading) Cancel()                              { r.a.forget() }

// ReadContext blocks the calling goroutine until there is something to read. Its errors are those
// of PollRead, and that of ctx if it is done before.
func (a *AsyncReader) ReadContext(ctx context.Context, p []byte) (int, error) {
	r, err := Await(ctx, a.Read(p))
	if err != nil {
		return 0, err
	}
	return r.Get()
}

// SeekTo is a future of the Reader's Seek, as if nothing had been read ahead. Its error wraps
// errors.ErrUnsupported if the Reader is no io.Seeker. If it is cancelled when the Reader's
// Seek has begun, where the next Read begins is unknown.
func (a *AsyncReader) SeekTo(offset int64, whence int) Future[Result[int64]] {
	s, ok := a.r.(io.Seeker)
	if !ok {
		return Ready(Result[int64]{Err: notSeeker(a.r)})
	}
	f := &seeking{pump: &a.pump}
	f.do = func() {
		a.mu.Lock()
		closed := a.closed
		if whence == io.SeekCurrent {
			offset -= int64(a.ring.n)
		}
		a.mu.Unlock()
		if closed {
			f.err = os.ErrClosed
			return
		}
		f.at, f.err = s.Seek(offset, whence)
		if f.err == nil {
			a.mu.Lock()
			a.ring.n, a.err = 0, nil
			a.mu.Unlock()
		}
	}
	return f
}

func notSeeker(v any) error {
	return fmt.Errorf("future: SeekTo on a %T: %w", v, errors.ErrUnsupported)
}

// seeking is a command with a place as its result.
type seeking struct {
	command
	pump *pump
	at   int64
}

func (f *seeking) Poll(cx *Context) (r Result[int64], ready bool) {
	if !f.pump.await(cx, &f.command) {
		return r, false
	}
	return Result[int64]{f.at, f.err}, true
}

func (f *seeking) Cancel() { f.pump.revoke(&f.command) }

// Close has the AsyncReader come to its end. The future is ready when r is not used any more; it
// need not be polled, or may be cancelled, if that is not of interest. A Read of r that
// blocks is waited for.
func (a *AsyncReader) Close() Future[struct{}] {
	a.mu.Lock()
	a.closed = true
	a.mu.Unlock()
	return &ending{&a.pump}
}

// ending is a future of the end of a pump.
type ending struct{ pump *pump }

func (e *ending) Poll(cx *Context) (none struct{}, ready bool) { return none, e.pump.ended(cx) }
func (e *ending) Cancel()                                      { e.pump.forget() }
