package future

import (
	"container/heap"
	"math"
	"time"
)

// ManualClock is a clock that stands still until it is told to go on: for tests of what depends on
// time. The zero ManualClock says that it is midnight UTC on 1 January 2000. It is safe
// for concurrent use and must not be copied.
type ManualClock struct {
	mu mutex
	// passed is the time since the clock's beginning.
	passed time.Duration
	timers manualTimers
	// made counts the times that were set, for the order of those that are equal.
	made uint64
}

// manualBeginning is when the time of a ManualClock begins.
var manualBeginning = time.Date(2000, time.January, 1, 0, 0, 0, 0, time.UTC)

// Now implements [Clock].
func (c *ManualClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return manualBeginning.Add(c.passed)
}

// AfterFunc implements [Clock]. f is called by Advance or AdvanceToNext, on their goroutine; if d
// is not positive, by the next call of either.
func (c *ManualClock) AfterFunc(d time.Duration, f func()) Timer {
	t := &manualTimer{clock: c, f: f, index: -1}
	t.Reset(d)
	return t
}

// Advance lets d pass, and calls what becomes due in the order in which it does; what is due at the
// same time in the order in which it was asked for. Timers that are set by what it
// calls are kept too. It panics if d is negative.
func (c *ManualClock) Advance(d time.Duration) {
	if d < 0 {
		panic("future: ManualClock.Advance: time does not go back")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	until := c.after(d)
	for c.fire(until) {
	}
	c.passed = max(c.passed, until)
}

// AdvanceToNext lets the time pass until the next timer is due, and calls what is due then. It
// returns false, and no time passes, if there is no timer.
func (c *ManualClock) AdvanceToNext() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.timers) == 0 {
		return false
	}
	until := max(c.passed, c.timers[0].due)
	// Only what is in the queue now: a timer of no length that is set again and again
	// would keep the time from passing.
	for newest := c.made; len(c.timers) > 0 && c.timers[0].order <= newest && c.fire(until); {
	}
	return true
}

// after is when d will have passed. Time does not go on for ever: what would be after its end is
// then. The lock is held.
func (c *ManualClock) after(d time.Duration) time.Duration {
	return c.passed + min(max(d, 0), math.MaxInt64-c.passed)
}

// Timers is how many timers are set.
func (c *ManualClock) Timers() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.timers)
}

// fire calls the first timer that is due by then, if there is one. It is called with the lock,
// and gives it up meanwhile.
func (c *ManualClock) fire(until time.Duration) bool {
	if len(c.timers) == 0 || c.timers[0].due > until {
		return false
	}
	t := heap.Pop(&c.timers).(*manualTimer)
	c.passed = max(c.passed, t.due)
	f := t.f
	c.mu.Unlock()
	defer c.mu.Lock() // also if f panics: the callers unlock
	f()
	return true
}

type manualTimer struct {
	clock *ManualClock
	f     func()
	due   time.Duration
	order uint64
	// index is its place in the heap; -1 if it has none.
	index int
}

func (t *manualTimer) Stop() bool {
	c := t.clock
	c.mu.Lock()
	defer c.mu.Unlock()
	return t.remove()
}

func (t *manualTimer) remove() bool {
	if t.index < 0 {
		return false
	}
	heap.Remove(&t.clock.timers, t.index)
	return true
}

func (t *manualTimer) Reset(d time.Duration) bool {
	c := t.clock
	c.mu.Lock()
	defer c.mu.Unlock()
	was := t.remove()
	c.made++
	t.due, t.order = c.after(d), c.made
	heap.Push(&c.timers, t)
	return was
}

// manualTimers is a heap.Interface.
type manualTimers []*manualTimer

func (h manualTimers) Len() int { return len(h) }

func (h manualTimers) Less(i, j int) bool {
	if h[i].due != h[j].due {
		return h[i].due < h[j].due
	}
	return h[i].order < h[j].order
}

func (h manualTimers) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].index, h[j].index = i, j
}

func (h *manualTimers) Push(t any) {
	t.(*manualTimer).index = len(*h)
	*h = append(*h, t.(*manualTimer))
}

func (h *manualTimers) Pop() any {
	last := len(*h) - 1
	t := (*h)[last]
	(*h)[last], *h = nil, (*h)[:last]
	t.index = -1
	return t
}
