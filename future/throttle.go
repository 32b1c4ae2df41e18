package future

import "time"

// Throttle has the items of s come at least d apart, by the [Context]'s clock. None is left out:
// s is not polled while it is too early for its next item.
func Throttle[T any](s Stream[T], d time.Duration) Stream[T] {
	return &throttled[T]{upstream: flow(s), d: d}
}

type throttled[T any] struct {
	upstream[T]
	alarm alarm
	clock Clock
	// from is when the next item may come.
	from time.Time
	d    time.Duration
	// set: the alarm is.
	set bool
}

func (t *throttled[T]) PollNext(cx *Context) (v T, ok, ready bool) {
	if t.clock == nil {
		t.clock = cx.Clock()
		t.from = t.clock.Now()
	}
	if t.s != nil && !t.set {
		if wait := t.from.Sub(t.clock.Now()); wait > 0 {
			t.alarm.set(t.clock, wait)
			t.set = true
		}
	}
	if t.set {
		if !t.alarm.wait(cx.Waker()) {
			return v, false, false
		}
		t.set = false
	}
	v, ok, ready = t.next(cx)
	if ok && ready {
		t.from = t.clock.Now().Add(t.d)
	} else if ready {
		t.alarm.stop()
	}
	return v, ok, ready
}

func (t *throttled[T]) Cancel() {
	t.alarm.stop()
	t.set = false
	t.upstream.Cancel()
}
