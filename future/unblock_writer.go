package future

import (
	"context"
	"io"
	"os"
)

// AsyncWriter writes to an io.Writer that blocks, for tasks. What is written goes into a buffer of
// fixed size first. It is made by [UnblockWriter]. One task or goroutine at a time uses
// it.
type AsyncWriter struct {
	pump
	w    io.Writer
	ring byteRing
	// err is what the Writer has failed with.
	err error
}

// UnblockWriter makes an AsyncWriter. Until its Close is ready w must not be used by others. It
// does not close w.
func UnblockWriter(w io.Writer, opts UnblockOptions) *AsyncWriter {
	a := &AsyncWriter{w: w, ring: byteRing{bytes: make([]byte, opts.buffer(defaultUnblockBytes))}}
	a.init(opts, a.empty, func(err error) { a.err = err })
	return a
}

// PollWrite takes in what there is room for of p, at least one byte, and says how much that was. The
// error is that of the Writer for something that was taken in before, after which everything
// fails, or os.ErrClosed. If the Writer has panicked, PollWrite panics with a
// [PanicError].
func (a *AsyncWriter) PollWrite(cx *Context, p []byte) (r Result[int], ready bool) {
	a.mu.Lock()
	switch {
	case a.closed:
		a.mu.Unlock()
		return Result[int]{Err: os.ErrClosed}, true
	case a.err != nil:
		err := a.err
		a.mu.Unlock()
		return Result[int]{Err: raise(err)}, true
	case len(p) == 0:
		a.mu.Unlock()
		return r, true
	case a.ring.n == len(a.ring.bytes), a.busy():
		a.waker = cx.Waker()
		a.mu.Unlock()
		return r, false
	case cx.exhausted():
		a.mu.Unlock()
		cx.Spend()
		return r, false
	}
	a.waker = nil
	r.Value = a.ring.write(p)
	a.start()
	cx.Spend()
	return r, true
}

// empty is the pump's turn.
func (a *AsyncWriter) empty() bool {
	if a.ring.n == 0 || a.err != nil {
		return a.obey()
	}
	held := a.ring.held()
	var n int
	var err error
	a.unlocked(func() { n, err = a.w.Write(held) })
	if n < len(held) && err == nil {
		err = io.ErrShortWrite
	}
	a.ring.drop(max(0, min(n, len(held))))
	a.err = err
	a.tell()
	return true
}

// failure is why nothing can be written any more.
func (a *AsyncWriter) failure() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.err == nil && a.closed {
		return os.ErrClosed
	}
	return a.err
}

// Write is a future that takes in all of p, which must not change meanwhile. Its value is less than
// len(p) with an error only. If it is cancelled, some of p may have been taken in;
// PollWrite tells how much.
func (a *AsyncWriter) Write(p []byte) Future[Result[int]] { return &writing{a: a, p: p} }

type writing struct {
	a    *AsyncWriter
	p    []byte
	done int
}

func (w *writing) Poll(cx *Context) (Result[int], bool) {
	for {
		r, ready := w.a.PollWrite(cx, w.p[w.done:])
		w.done += r.Value
		if !ready || (r.Err == nil && w.done < len(w.p)) {
			if !ready {
				return r, false
			}
			continue
		}
		return Result[int]{w.done, r.Err}, true
	}
}

func (w *writing) Cancel() { w.a.forget() }

// WriteContext blocks the calling goroutine until all of p was taken in. Its errors are those of
// PollWrite, and that of ctx if it is done before.
func (a *AsyncWriter) WriteContext(ctx context.Context, p []byte) (int, error) {
	w := &writing{a: a, p: p}
	r, err := Await[Result[int]](ctx, w)
	if err != nil {
		return w.done, err
	}
	return r.Get()
}

// Flush is a future that is ready when everything was written, and the Writer's own Flush was called
// if it has one. Cancelling it stops nothing but the waiting.
func (a *AsyncWriter) Flush() Future[Result[struct{}]] { return a.flush(false) }

func (a *AsyncWriter) flush(last bool) *flushing {
	f := &flushing{a: a, last: last}
	f.do = func() {
		if f.err = a.failure(); last && f.err == os.ErrClosed {
			f.err = nil
			return
		}
		if w, ok := a.w.(interface{ Flush() error }); ok && f.err == nil {
			f.err = w.Flush()
		}
	}
	return f
}

// SeekTo is a future of the Writer's Seek after everything was written. Its error wraps
// errors.ErrUnsupported if the Writer is no io.Seeker. If it is cancelled when that has
// begun, where the next Write goes is unknown.
func (a *AsyncWriter) SeekTo(offset int64, whence int) Future[Result[int64]] {
	s, ok := a.w.(io.Seeker)
	if !ok {
		return Ready(Result[int64]{Err: notSeeker(a.w)})
	}
	f := &seeking{pump: &a.pump}
	f.do = func() {
		if f.err = a.failure(); f.err == nil {
			f.at, f.err = s.Seek(offset, whence)
		}
	}
	return f
}

// Close is a future that flushes and then has the AsyncWriter come to its end: when it is ready, the
// Writer is not used any more. What was not written when it is cancelled may be
// written later or never.
func (a *AsyncWriter) Close() Future[Result[struct{}]] { return a.flush(true) }

// flushing is a command that flushes, and then ends the AsyncWriter if it is the last.
type flushing struct {
	command
	a    *AsyncWriter
	last bool
}

func (f *flushing) Poll(cx *Context) (r Result[struct{}], ready bool) {
	if !f.a.await(cx, &f.command) || f.last && !f.a.ended(cx) {
		return r, false
	}
	return Result[struct{}]{Err: f.err}, true
}

func (f *flushing) Cancel() {
	f.a.revoke(&f.command)
	if f.last {
		f.a.mu.Lock()
		f.a.closed = true
		f.a.waker = nil
		f.a.mu.Unlock()
	}
}
