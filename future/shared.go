package future

import "runtime/debug"

// Shared is one of several handles of a future, each of which has its value. A handle is used like
// any future; several may be polled at a time, by tasks of several executors and by goroutines. One
// of those that wait polls the future for all.
//
// When all handles were cancelled, the future is. If it panics, it is cancelled too, and polling any
// of the handles panics with a [PanicError].
type Shared[T any] struct {
	core *sharing[T]
	slot Slot
	// place is its index among the handles of core, or -1.
	place int
}

// Share gives a future to handles, and returns the first one.
func Share[T any](f Future[T]) *Shared[T] {
	c := &sharing[T]{inner: hold(f)}
	return c.join()
}

// sharing is what all handles share.
type sharing[T any] struct {
	state atomicUint32
	// woken: the future was, since it was polled last.
	woken atomicUint32
	// abandoned: there was a time when all handles had been cancelled. Whoever polls then
	// cancels the future when that poll ends, since nobody polls it any more.
	abandoned atomicUint32
	// inner belongs to who has put state to sharedPolling; value and panic do not change
	// once it is beyond that.
	inner part[T]
	value T
	panic *PanicError

	mu      mutex
	handles []*Shared[T]
	free    []int
	count   int
}

// The states of a future that is shared.
const (
	sharedIdle uint32 = iota
	sharedPolling
	sharedReady
	sharedPanicked
)

// Clone makes another handle. It may be called at any time, from any goroutine. A handle of a future
// all of whose handles had been cancelled before it was ready is never ready.
func (s *Shared[T]) Clone() *Shared[T] { return s.core.join() }

// Poll implements [Future].
func (s *Shared[T]) Poll(cx *Context) (T, bool) {
	if v, ready := s.outcome(); ready {
		return v, true
	}
	s.slot.Register(cx.Waker())
	// If another one is polling now, it will be told of what comes later: both its waker and
	// the check of woken in settle come after this.
	if s.core.abandoned.Load() == 0 && s.core.state.CompareAndSwap(sharedIdle, sharedPolling) {
		s.core.poll(cx)
	}
	return s.outcome()
}

// Cancel gives this handle up.
func (s *Shared[T]) Cancel() {
	s.core.leave(s)
}

func (s *Shared[T]) outcome() (v T, ready bool) {
	switch s.core.state.Load() {
	case sharedReady:
		s.core.leave(s)
		return s.core.value, true
	case sharedPanicked:
		s.core.leave(s)
		panic(s.core.panic)
	}
	return v, false
}

func (c *sharing[T]) join() *Shared[T] {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := &Shared[T]{core: c, place: len(c.handles)}
	if n := len(c.free); n > 0 {
		s.place = c.free[n-1]
		c.free = c.free[:n-1]
		c.handles[s.place] = s
	} else {
		c.handles = append(c.handles, s)
	}
	c.count++
	return s
}

func (c *sharing[T]) leave(s *Shared[T]) {
	s.slot.Clear()
	c.mu.Lock()
	if s.place < 0 {
		c.mu.Unlock()
		return
	}
	c.handles[s.place] = nil
	c.free = append(c.free, s.place)
	s.place = -1
	c.count--
	last := c.count == 0
	if last {
		c.abandoned.Store(1)
	}
	c.mu.Unlock()
	switch {
	case last && c.state.CompareAndSwap(sharedIdle, sharedPolling):
		c.inner.Cancel() // and nobody polls it any more
	case c.woken.Load() != 0:
		c.wakeAll() // it was perhaps this one that was to poll
	}
}

// poll polls the future for whoever has put state to sharedPolling.
func (c *sharing[T]) poll(cx *Context) {
	own, ended := cx.waker, false
	defer func() {
		if ended {
			return
		}
		cx.waker = own
		c.panic = &PanicError{Value: recover(), Stack: debug.Stack()}
		if c.panic.Value == nil {
			c.panic.Value = "the future has called runtime.Goexit"
		}
		f := c.inner.f
		c.inner.f = nil
		c.settle(sharedPanicked)
		Cancel(f)
	}()
	c.woken.Store(0)
	cx.waker = c
	v, ready := c.inner.poll(cx)
	cx.waker = own
	ended = true
	if ready {
		c.value = v
		c.settle(sharedReady)
		return
	}
	c.settle(sharedIdle)
}

// settle ends a poll.
func (c *sharing[T]) settle(state uint32) {
	c.state.Store(state)
	if state == sharedIdle && c.abandoned.Load() != 0 && c.state.CompareAndSwap(sharedIdle, sharedPolling) {
		c.inner.Cancel()
		return
	}
	if state != sharedIdle || c.woken.Load() != 0 {
		c.wakeAll()
	}
}

// Wake is called by the future.
func (c *sharing[T]) Wake() {
	c.woken.Store(1)
	c.wakeAll()
}

// wakeAll wakes all who wait, without the lock and some at a time.
func (c *sharing[T]) wakeAll() {
	var some [16]Waker
	for from, more := 0, true; more; {
		n := 0
		c.mu.Lock()
		for ; from < len(c.handles) && n < len(some); from++ {
			if s := c.handles[from]; s != nil {
				if w := s.slot.take(); w != nil {
					some[n] = w
					n++
				}
			}
		}
		more = from < len(c.handles)
		c.mu.Unlock()
		for i := range n {
			some[i].Wake()
			some[i] = nil
		}
	}
}
