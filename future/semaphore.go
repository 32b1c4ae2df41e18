package future

import (
	"context"
	"fmt"
)

// Semaphore lets so many in at a time, where some may count for more than one. Those who wait
// are let in in the order in which they came, also if one who came later would fit. It is made
// by [NewSemaphore], and safe for concurrent use.
type Semaphore struct{ p permits }

// NewSemaphore makes a Semaphore with n permits. It panics if n is not positive.
func NewSemaphore(n int64) *Semaphore {
	if n <= 0 {
		panic("future: NewSemaphore without permits")
	}
	return &Semaphore{permits{limit: n}}
}

// Permit is what a [Semaphore] has given out.
type Permit struct {
	of *permits
	n  int64
}

// Release gives the permit back. It is called once; a call too many panics, or takes from
// what others hold.
func (p Permit) Release() { p.of.release(p.n, "Release") }

// Acquiring is a [Future] of a permit. Once it was ready or cancelled it may be used again, for
// the next time. Cancelling it leaves the queue, or gives back what was given to it
// meanwhile.
type Acquiring struct{ acquiring }

// Poll implements [Future].
func (a *Acquiring) Poll(cx *Context) (p Permit, ready bool) {
	if !a.poll(cx) {
		return p, false
	}
	return Permit{a.of, a.w.v}, true
}

// Acquire is a future of n permits. It panics if n is not positive or more than there are at all.
func (s *Semaphore) Acquire(n int64) *Acquiring {
	s.check(n)
	a := &Acquiring{acquiring{of: &s.p}}
	a.w.v = n
	return a
}

// TryAcquire takes n permits if they are there and nobody waits. It panics as Acquire does.
func (s *Semaphore) TryAcquire(n int64) (Permit, bool) {
	s.check(n)
	if !s.p.try(n) {
		return Permit{}, false
	}
	return Permit{&s.p, n}, true
}

// AcquireContext blocks the calling goroutine until it has n permits, or returns the error of
// ctx if that is done before. It panics as Acquire does.
func (s *Semaphore) AcquireContext(ctx context.Context, n int64) (Permit, error) {
	if p, ok := s.TryAcquire(n); ok {
		return p, nil
	}
	return Await(ctx, s.Acquire(n))
}

// Available is how many permits nobody has.
func (s *Semaphore) Available() int64 {
	s.p.mu.Lock()
	defer s.p.mu.Unlock()
	return s.p.limit - s.p.taken
}

func (s *Semaphore) check(n int64) {
	if n <= 0 || n > s.p.limit {
		panic(fmt.Sprintf("future: %d permits of a Semaphore that has %d", n, s.p.limit))
	}
}
