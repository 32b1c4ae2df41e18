package aio

import (
	"errors"
	"fmt"
	"net"
	"os"

	"github.com/goetia-go/goetia/future"
	"github.com/goetia-go/goetia/poll"
)

// Async is something of the program's own that can be waited for: a device, an eventfd, a socket
// of a C library. One task at a time reads, and one writes.
type Async[T any] struct {
	port
	v T
}

// NewAsync makes an Async of v, whose readiness is that of src ([poll.FD], [poll.Conn]). It
// observes src and does nothing else: that operations on v do not block is up to v. It fails
// as [goetia.Reactor.Register] does.
func NewAsync[T any](l *Loop, v T, src poll.Source) (*Async[T], error) {
	s, err := l.r.Register(src)
	if err != nil {
		return nil, fmt.Errorf("aio: %w", err)
	}
	a := &Async[T]{v: v}
	a.open(l, s)
	return a, nil
}

// Get is what the Async was made of.
func (a *Async[T]) Get() T { return a.v }

// Close ends the waiting; what the Async was made of stays open. Those who wait fail with
// net.ErrClosed.
func (a *Async[T]) Close() error {
	if !a.close() {
		return fmt.Errorf("aio: close: %w", net.ErrClosed)
	}
	return nil
}

// WouldBlock says whether an error means that an operation would have had to wait: EAGAIN, or
// [poll.ErrWouldBlock]; on Windows WSAEWOULDBLOCK as well.
func WouldBlock(err error) bool {
	return again(err) || errors.Is(err, poll.ErrWouldBlock)
}

// PollReadWith calls op until its error is not one of [WouldBlock], each time when the source is
// said to be readable, and once before that.
func PollReadWith[T, R any](cx *future.Context, a *Async[T], op func(T) (R, error)) (r R, ready bool, err error) {
	return pollWith(cx, &a.port, &a.r, a.v, op)
}

// PollWriteWith is [PollReadWith] for a source that is to be writable.
func PollWriteWith[T, R any](cx *future.Context, a *Async[T], op func(T) (R, error)) (r R, ready bool, err error) {
	return pollWith(cx, &a.port, &a.w, a.v, op)
}

func pollWith[T, R any](cx *future.Context, p *port, s *side, v T, op func(T) (R, error)) (r R, ready bool, err error) {
	if !cx.Spend() {
		return r, false, nil
	}
	for {
		if p.is(closed) {
			return r, true, net.ErrClosed
		}
		s.take()
		if got, err := op(v); !WouldBlock(err) {
			return got, true, err
		}
		told, err := p.wait(cx, s)
		switch {
		case errors.Is(err, os.ErrClosed):
			return r, true, net.ErrClosed
		case err != nil || !told:
			return r, err != nil, err
		}
	}
}

// ReadWith is a future of [PollReadWith]. If it is cancelled, op has not been done.
func ReadWith[T, R any](a *Async[T], op func(T) (R, error)) future.Future[future.Result[R]] {
	return &with[T, R]{a: a, s: &a.r, op: op}
}

// WriteWith is a future of [PollWriteWith].
func WriteWith[T, R any](a *Async[T], op func(T) (R, error)) future.Future[future.Result[R]] {
	return &with[T, R]{a: a, s: &a.w, op: op}
}

type with[T, R any] struct {
	a  *Async[T]
	s  *side
	op func(T) (R, error)
}

func (w *with[T, R]) Poll(cx *future.Context) (future.Result[R], bool) {
	r, ready, err := pollWith(cx, &w.a.port, w.s, w.a.v, w.op)
	return future.Result[R]{Value: r, Err: err}, ready
}

func (w *with[T, R]) Cancel() { w.s.drop() }

// Readable is ready when the source is said to be readable, and Writable when writable: it may
// be a mistake. They are for operations that are not one function.
func (a *Async[T]) Readable() future.Future[error] { return &readiness{p: &a.port, s: &a.r} }

// Writable is [Async.Readable] for writing.
func (a *Async[T]) Writable() future.Future[error] { return &readiness{p: &a.port, s: &a.w} }

type readiness struct {
	p *port
	s *side
	// waited: what fired before it was first polled is of an earlier wait.
	waited bool
}

func (w *readiness) Poll(cx *future.Context) (error, bool) {
	if !w.waited {
		w.s.take()
		w.waited = true
	}
	told, err := w.p.wait(cx, w.s)
	if told {
		w.s.take()
	}
	return err, told || err != nil
}

func (w *readiness) Cancel() { w.s.drop() }
