package future

import "context"

// Barrier has each of n wait until all have come. One of them, the last, is told that it leads.
// After that it does the same for the next n.
//
// It is made by [NewBarrier] and safe for concurrent use.
type Barrier struct {
	mu      mutex
	n       int
	arrived int
	waiting waitList[struct{}]
}

// NewBarrier makes a Barrier for n. It panics if n is not positive.
func NewBarrier(n int) *Barrier {
	if n <= 0 {
		panic("future: NewBarrier for nobody")
	}
	return &Barrier{n: n}
}

// Arriving is a [Future] that is ready when all have come to a [Barrier], with whether it leads. Once
// it was ready or cancelled it may be used again.
type Arriving struct {
	at *Barrier
	w  waiter[struct{}]
}

// Wait is a future of one of the n. It comes to the barrier at its first poll, and if it is
// cancelled before all have come it has not come.
func (b *Barrier) Wait() *Arriving { return &Arriving{at: b} }

// Poll implements [Future].
func (a *Arriving) Poll(cx *Context) (leader, ready bool) {
	b := a.at
	var woken wakers
	b.mu.Lock()
	switch a.w.state {
	case waitGranted:
		a.w.state, ready = waitIdle, true
	case waitQueued:
		a.w.waker = cx.Waker()
	default:
		if b.arrived+1 < b.n {
			b.arrived++
			b.waiting.push(&a.w, cx.Waker())
			break
		}
		if leader = !cx.exhausted(); leader {
			b.arrived = 0
			b.waiting.settleAll(waitGranted, &woken)
		}
		b.mu.Unlock()
		woken.wake()
		cx.Spend()
		return leader, leader
	}
	b.mu.Unlock()
	return false, ready
}

// Cancel takes back that it has come, if not all have.
func (a *Arriving) Cancel() {
	b := a.at
	b.mu.Lock()
	if a.w.state == waitQueued {
		b.waiting.leave(&a.w)
		b.arrived--
	}
	a.w.state = waitIdle
	b.mu.Unlock()
}

// WaitContext blocks the calling goroutine until all have come, or returns the error of ctx if
// that is done before, and then has not come.
func (b *Barrier) WaitContext(ctx context.Context) (leader bool, err error) {
	return Await(ctx, b.Wait())
}
