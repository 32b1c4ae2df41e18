package future

import (
	"context"
	"runtime/debug"
)

// Go has f, which may block, called on the [DefaultPool], from now on and whether or not the future
// is polled, and is a future of its result.
//
// A function that has begun cannot be stopped. Cancelling the future cancels the context that f
// was given, and drops its result; f holds its place in the pool until it returns. A function
// that has not begun is never called then.
//
// If f panics or calls runtime.Goexit, polling the future panics with a [PanicError]: in the task
// that awaits it, as if f had been called there. If the future was cancelled the
// panic is dropped with the result, and is seen in [PoolStats] only.
func Go[T any](f func(ctx context.Context) (T, error)) Future[Result[T]] {
	return GoIn(&defaultPool, f)
}

// GoIn is [Go] on a Pool of one's own. Once that is closed the error is [ErrPoolClosed].
func GoIn[T any](p *Pool, f func(ctx context.Context) (T, error)) Future[Result[T]] {
	if f == nil {
		panic("future: Go of a nil function")
	}
	j := &job[T]{pool: p, f: f}
	j.ctx, j.cancel = context.WithCancel(context.Background())
	j.place.v = (*jobWork[T])(j)
	p.submit(&j.place)
	return j
}

// job is a function in a Pool, and the future of its result.
type job[T any] struct {
	result Result[T]
	panic  *PanicError
	pool   *Pool
	f      func(ctx context.Context) (T, error)
	ctx    context.Context
	cancel context.CancelFunc
	slot   Slot
	state  atomicUint32
	// place is its place in the Pool's queue.
	place waiter[poolWork]
}

// What a job has come to.
const (
	jobOpen = iota
	jobDone
	jobCanceled
)

// Poll implements [Future].
func (j *job[T]) Poll(cx *Context) (r Result[T], ready bool) {
	if r, ready = j.outcome(); ready {
		return r, true
	}
	j.slot.Register(cx.Waker())
	if r, ready = j.outcome(); ready {
		j.slot.Clear()
	}
	return r, ready
}

func (j *job[T]) outcome() (r Result[T], ready bool) {
	switch j.state.Load() {
	case jobOpen:
		return r, false
	case jobCanceled:
		return Result[T]{Err: ErrCanceled}, true
	}
	if j.panic != nil {
		panic(j.panic)
	}
	return j.result, true
}

// Cancel takes f out of the queue, or cancels its context.
func (j *job[T]) Cancel() {
	j.slot.Clear()
	if !j.state.CompareAndSwap(jobOpen, jobCanceled) {
		return
	}
	j.pool.withdraw(&j.place)
	j.cancel()
}

// finish tells who waits, unless nobody wants to know any more.
func (j *job[T]) finish() {
	j.f = nil
	j.cancel()
	if j.state.CompareAndSwap(jobOpen, jobDone) {
		j.slot.Wake()
	}
}

// jobWork is a job as its Pool sees it.
type jobWork[T any] job[T]

func (w *jobWork[T]) run() (panicked bool) {
	j := (*job[T])(w)
	panicked = true
	defer func() {
		if panicked {
			j.panic = newPanicError(recover())
		}
		j.finish()
	}()
	// It may have been cancelled after it was taken from the queue.
	if j.state.Load() != jobCanceled {
		j.result.Value, j.result.Err = j.f(j.ctx)
	}
	panicked = false
	return panicked
}

func (w *jobWork[T]) refuse() {
	j := (*job[T])(w)
	j.result.Err = ErrPoolClosed
	j.finish()
}

func (w *jobWork[T]) stop() { w.cancel() }

// newPanicError is called where v was recovered, which is nil after runtime.Goexit.
func newPanicError(v any) *PanicError {
	if v == nil {
		v = "runtime.Goexit was called"
	}
	return &PanicError{Value: v, Stack: debug.Stack()}
}
