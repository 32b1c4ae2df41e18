package coro

import (
	"iter"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/goetia-go/goetia/future"
)

// Co is a coroutine, to the function that it runs, which has it for an argument. Nobody else uses it.
type Co struct {
	// cx is the context of the poll that is going on.
	cx *future.Context
	// next lets the function go on until it waits; yield is how it does that; stop has
	// yield return false.
	next  func() (struct{}, bool)
	yield func(struct{}) bool
	stop  func()

	state state
	// polling: a future that it awaits is being polled.
	polling bool
	// panic is what the function has ended with.
	panic *future.PanicError
}

type state uint8

const (
	fresh state = iota
	running
	waiting
	unwinding
	ended
)

// routine is a coroutine as a future.
type routine[T any] struct {
	Co
	f     func(co *Co) T
	value T
}

// New makes a future of a function that may wait. It runs when the future is polled.
func New[T any](f func(co *Co) T) future.Future[T] {
	if f == nil {
		panic("coro: New of a nil function")
	}
	return &routine[T]{f: f}
}

// Spawn gives a coroutine to an executor to run. For a name or a priority, pass what [New] returns to
// [future.SpawnWith].
func Spawn(l *future.Local, f func(co *Co)) *future.Task[struct{}] {
	return future.Spawn(l, New(func(co *Co) (none struct{}) {
		f(co)
		return none
	}))
}

// SpawnFunc is [Spawn] for a function that comes to something.
func SpawnFunc[T any](l *future.Local, f func(co *Co) T) *future.Task[T] {
	return future.Spawn(l, New(f))
}

// Poll implements [future.Future].
func (r *routine[T]) Poll(cx *future.Context) (v T, ready bool) {
	switch r.state {
	case fresh:
		// Not earlier: one that never runs needs no stack, and the thread that is locked or not is
		// the one that polls.
		r.next, r.stop = iter.Pull(r.run)
	case waiting:
	case ended:
		panic("coro: a coroutine that has ended is polled")
	default:
		panic("coro: a coroutine is polled while it runs")
	}
	r.cx = cx
	r.state = running
	if _, ok := r.next(); ok {
		r.state = waiting
		return v, false
	}
	if r.panic != nil {
		panic(r.panic)
	}
	v = r.value
	var none T
	r.value = none
	return v, true
}

// run is what the coroutine does.
func (r *routine[T]) run(yield func(struct{}) bool) {
	r.yield = yield
	returned := false
	defer func() {
		p := recover()
		if p != nil {
			if r.panic, _ = p.(*future.PanicError); r.panic == nil {
				r.panic = &future.PanicError{Value: p, Stack: debug.Stack()}
			}
		}
		unwound := r.state == unwinding
		r.state = ended
		r.cx, r.f = nil, nil
		if unwound && !returned {
			// The goroutine is being ended by Goexit. If it were left at that, iter.Pull would pass
			// it on to whoever cancels; a panic it passes on instead, and that one can be
			// caught.
			panic(errUnwound)
		}
	}()
	r.value = r.f(&r.Co)
	returned = true
}

type unwound struct{}

func (unwound) Error() string { return "coro: unwound" }

// errUnwound is what stop panics with when the coroutine has been unwound.
var errUnwound error = unwound{}

// Cancel unwinds the coroutine, and returns when that is done. If a deferred function panics, it panics
// with that.
func (r *routine[T]) Cancel() {
	switch r.state {
	case fresh:
		r.state = ended
		r.f = nil
	case waiting:
		r.state = unwinding
		r.unwind()
		if r.panic != nil {
			panic(r.panic)
		}
	case running, unwinding:
		panic("coro: a coroutine is cancelled while it runs")
	}
}

func (co *Co) unwind() {
	defer func() {
		if p := recover(); p != nil && p != errUnwound {
			panic(p)
		}
	}()
	co.stop()
}

// Await polls a future until it is ready, waits in between, and returns its value. If the coroutine is
// cancelled meanwhile or the future panics, the future is cancelled, and Await does not return. It
// panics if it is called by anybody but the coroutine.
func Await[T any](co *Co, f future.Future[T]) T {
	co.enter("Await")
	over := false
	defer func() {
		if !over {
			// What has panicked may hold others that have not, and nobody else has it.
			co.polling = false
			future.Cancel(f)
		}
	}()
	for co.state != unwinding {
		co.polling = true
		v, ready := f.Poll(co.cx)
		co.polling = false
		if ready {
			over = true
			return v
		}
		if !co.wait() {
			break
		}
	}
	runtime.Goexit()
	panic("not reached")
}

func (co *Co) polled() { co.polling = false }

// enter panics unless the coroutine is what calls.
func (co *Co) enter(what string) {
	switch {
	case co.polling:
		panic("coro: " + what + " inside a future that the same coroutine awaits")
	case co.state == running, co.state == unwinding:
	case co.state == ended:
		panic("coro: " + what + " after its coroutine has ended")
	default:
		panic("coro: " + what + " outside its coroutine")
	}
}

// wait gives way until the next poll. It returns false if the coroutine is to be unwound.
func (co *Co) wait() bool { return co.yield(struct{}{}) }

// Yield gives way to other tasks that are ready.
func (co *Co) Yield() {
	co.enter("Yield")
	if co.state != unwinding {
		co.cx.Waker().Wake()
		if co.wait() {
			return
		}
	}
	runtime.Goexit()
}

// Sleep waits for d, by the executor's clock.
func (co *Co) Sleep(d time.Duration) { Await(co, future.After(d)) }

// Clock is what the coroutine's timers go by.
func (co *Co) Clock() future.Clock { return co.Context().Clock() }

// Context is what the coroutine is being polled with: for polling a future by hand. It is valid until
// the coroutine next waits.
func (co *Co) Context() *future.Context {
	co.enter("Context")
	return co.cx
}
