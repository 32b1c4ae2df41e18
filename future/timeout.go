package future

import (
	"context"
	"os"
	"time"
)

// ErrTimeout is what [Timeout] and [Deadline] come to when the time is over. To errors.Is it is both
// an os.ErrDeadlineExceeded and a context.DeadlineExceeded, and it has a method Timeout that
// returns true, as the timeouts of package net have.
var ErrTimeout error = timeoutError{}

type timeoutError struct{}

func (timeoutError) Error() string { return "future: timeout" }
func (timeoutError) Timeout() bool { return true }
func (timeoutError) Is(target error) bool {
	return target == os.ErrDeadlineExceeded || target == context.DeadlineExceeded
}

// Timeout is ready when f is, or with [ErrTimeout] once d has passed since it was first polled, by
// the [Context]'s clock; f is cancelled then. If f is ready in the poll that notices that the time is
// over, its value counts. For an f with a result of its own, see [Flatten].
func Timeout[T any](f Future[T], d time.Duration) Future[Result[T]] {
	return &timed[T]{hold(f), after{d: d}}
}

// Deadline is [Timeout] with the time at which f is given up.
func Deadline[T any](f Future[T], t time.Time) Future[Result[T]] {
	return &timed[T]{hold(f), after{at: t, fixed: true}}
}

type timed[T any] struct {
	part[T]
	after after
}

func (t *timed[T]) Poll(cx *Context) (r Result[T], ready bool) {
	if r.Value, ready = t.poll(cx); ready {
		t.after.Cancel()
		return r, true
	}
	if _, over := t.after.Poll(cx); over {
		r.Err = ErrTimeout
		t.part.Cancel()
		return r, true
	}
	return r, false
}

func (t *timed[T]) Cancel() {
	t.after.Cancel()
	t.part.Cancel()
}
