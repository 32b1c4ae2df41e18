package loom

import (
	"errors"
	"fmt"
	"iter"
	"runtime"
)

// thread is a coroutine that gives way before each operation.
type thread struct {
	id   uint8
	name string
	m    *Model
	f    func()
	// next lets it go on until it gives way; yield is how it does that.
	next  func() (struct{}, bool)
	stop  func()
	yield func(struct{}) bool
	ended bool
	// waits, if not nil, is what has to be over before its next turn.
	waits waiter
	// yielded says that others come first.
	yielded bool
	// doing is what it does next, if that is asked for.
	doing string
	clock clock
}

// waiter is what a thread can wait for.
type waiter interface{ over() bool }

// errUnwinding is what threads panic with whose run is over.
var errUnwinding = errors.New("loom: the run is over")

// newThread makes a coroutine that serves one run after another.
func newThread() *thread {
	t := new(thread)
	t.next, t.stop = iter.Pull(func(yield func(struct{}) bool) {
		t.yield = yield
		for {
			t.m.guard(t, t.f)
			t.ended = true
			if !yield(struct{}{}) {
				return
			}
		}
	})
	return t
}

func (t *thread) start(m *Model, id uint8, name string, f func()) {
	t.m, t.id, t.name, t.f = m, id, name, f
	t.ended, t.waits, t.yielded, t.doing = false, nil, false, ""
	t.clock = clock{}
	t.clock[id] = 1
}

func (t *thread) resume() {
	current.Store(t)
	t.next()
	current.Store(nil)
}

// pause gives way before an operation, until it is over what the thread waits for.
func (t *thread) pause(what string, w waiter) {
	if t.m.aborted {
		return // what is deferred may still do something
	}
	t.waits = w
	if t.m.traced {
		t.doing = what + " " + caller()
	}
	if !t.yield(struct{}{}) || t.m.aborted {
		panic(errUnwinding)
	}
}

// step gives way before an operation of the current thread, and returns that. Outside
// a thread it returns nil.
func step(what string) *thread {
	t := current.Load()
	if t != nil {
		t.pause(what, nil)
	}
	return t
}

// Wait has the thread wait until cond holds. It is called at any time, many times, and changes
// nothing. Outside a thread, Wait panics unless it holds already.
func Wait(cond func() bool) {
	if t := current.Load(); t != nil {
		t.pause("Wait", condition(cond))
		return
	}
	if !cond() {
		panic("loom: Wait outside a thread")
	}
}

// Yield has another thread go on, if one can, as runtime.Gosched does. That is no preemption. Who
// waits for others in a loop calls it, or is taken for a livelock.
func Yield() {
	if t := current.Load(); t != nil {
		t.yielded = !t.m.aborted
		t.pause("Yield", nil)
		return
	}
	runtime.Gosched()
}

type condition func() bool

// over evaluates the condition between two turns, so that its own operations are none.
func (c condition) over() bool { return c() }

// Assert fails the run if ok is false.
func Assert(ok bool, format string, args ...any) {
	if ok {
		return
	}
	if t := current.Load(); t != nil {
		t.m.fail(Assertion, t.name+": "+format, args...)
		panic(errUnwinding)
	}
	panic(assertionError(fmt.Sprintf(format, args...)))
}

// assertionError is what [Assert] panics with if there is no thread to fail.
type assertionError string
