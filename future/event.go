package future

// Event tells those who wait that it is worthwhile to look again: a condition variable without
// a lock, for goroutines and futures alike.
//
// Whoever waits for a condition looks, listens, looks again, and then waits; whoever makes the
// condition true notifies after that. In this order no notification is missed, and
// notifying costs one atomic load while nobody listens.
//
// The zero Event is ready for use and must not be copied. All methods are safe for concurrent
// use, and none blocks.
type Event struct {
	// waiting is how many are in the queue. It is written with the lock held.
	waiting atomicInt64
	mu      mutex
	queue   waitList[struct{}]
	// notified is how many were notified and have not seen it yet.
	notified int
}

// Notify sees to it that at least n listeners are notified, in the order in which they began to
// listen: those that were notified before and have not returned from their wait yet count. So
// calls in quick succession wake no more than needed. With math.MaxInt it notifies all. The
// listeners that come later are not concerned.
func (e *Event) Notify(n int) { e.notify(n, false) }

// NotifyAdditional notifies n more listeners, however many were notified before.
func (e *Event) NotifyAdditional(n int) { e.notify(n, true) }

func (e *Event) notify(n int, additional bool) {
	// A listener counts itself before it looks for the condition, and we are called after the
	// condition was made true: one of both sees the other.
	if n <= 0 || e.waiting.Load() == 0 {
		return
	}
	var b wakers
	e.mu.Lock()
	if !additional {
		n -= e.notified
	}
	for n > 0 && e.give(&b) {
		n--
	}
	e.mu.Unlock()
	b.wake()
}

// give notifies the first of the queue. The lock is held.
func (e *Event) give(b *wakers) bool {
	w := e.queue.pop()
	if w == nil {
		return false
	}
	e.waiting.Add(-1)
	e.notified++
	b.add(w.settle(waitGranted))
	return true
}

// Listeners is how many listen and were not notified.
func (e *Event) Listeners() int { return int(e.waiting.Load()) }

// Listen begins to listen: the Listener gets notifications from here on, before it is polled for
// the first time. It must be waited for until it is notified, or cancelled.
func (e *Event) Listen() *Listener {
	l := &Listener{event: e}
	l.Again()
	return l
}
