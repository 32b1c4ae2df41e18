package future

import (
	"context"
	"time"
)

// Listener is one who listens to an [Event]. It is a [Future] that is ready when it was notified.
// Futures poll it; goroutines call Wait or WaitDeadline. One of them at a time uses a
// Listener.
type Listener struct {
	event *Event
	w     waiter[struct{}]
}

// Again listens once more, as a new Listener would, without allocating one. A Listener
// that is listening begins anew, as the last of the queue.
func (l *Listener) Again() {
	l.Cancel()
	e := l.event
	e.mu.Lock()
	e.queue.push(&l.w, nil)
	e.waiting.Add(1)
	e.mu.Unlock()
}

// Poll implements [Future]. A Listener that was notified and has said so is not listening any
// more; it is an error to poll it before Again, and panics.
func (l *Listener) Poll(cx *Context) (none struct{}, ready bool) {
	e := l.event
	e.mu.Lock()
	defer e.mu.Unlock()
	switch l.w.state {
	case waitQueued:
		l.w.waker = cx.Waker()
		return none, false
	case waitGranted:
		l.w.state = waitIdle
		e.notified--
		return none, true
	}
	panic("future: poll of a Listener that is not listening")
}

// Cancel stops listening. If the Listener was notified and nobody has seen that, the
// notification goes to the next in the queue.
func (l *Listener) Cancel() {
	e := l.event
	var b wakers
	e.mu.Lock()
	switch l.w.state {
	case waitQueued:
		e.queue.leave(&l.w)
		e.waiting.Add(-1)
	case waitGranted:
		l.w.state = waitIdle
		e.notified--
		e.give(&b)
	}
	e.mu.Unlock()
	b.wake()
}

// Wait blocks the calling goroutine until the Listener is notified. If ctx is done before
// that, it stops listening and returns the error of ctx.
func (l *Listener) Wait(ctx context.Context) error {
	_, err := Await(ctx, l)
	return err
}

// WaitDeadline is Wait until a time of the system's clock. It says whether the Listener was
// notified. A time that has passed does not wait.
func (l *Listener) WaitDeadline(t time.Time) bool {
	ctx, cancel := context.WithDeadline(context.Background(), t)
	defer cancel()
	return l.Wait(ctx) == nil
}
