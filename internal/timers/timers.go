// Package timers is a queue of very many timers, most of which are put off or stopped
// before they expire: idle deadlines.
//
// Time is an int64 in the caller's own nanoseconds. The queue does not lock; whoever
// shares one does.
package timers

import "math"

// Never is the time of a timer that is not set.
const Never = math.MaxInt64

// Timer is one timer. The zero Timer is not set. It belongs to one Queue at a time.
type Timer struct {
	// when is the time to expire, Never if it is not set.
	when int64
	// entry is the time under which it is in the heap, which is not after when.
	entry int64
	// set, queued: when is meant, entry is in the heap.
	set, queued bool
	// Owner is the caller's.
	Owner any
}

// Set says whether the timer is waiting to expire.
func (t *Timer) Set() bool { return t.set }

// When is the time at which a timer that is set expires, and otherwise Never.
func (t *Timer) When() int64 {
	if !t.set {
		return Never
	}
	return t.when
}

// Queue holds timers. The zero Queue is empty and ready.
//
// It is a heap of four children whose entries are not moved when a timer is put off
// or stopped: that only writes to the Timer, and the entry finds out when its time
// comes. So resetting an idle deadline costs a store, and the heap's depth matters only
// for timers that expire. Entries that are good for nothing are cleared away when they
// are more than half.
type Queue struct {
	heap []entry
	// idle counts entries of stopped timers and those that an earlier entry of their
	// timer has overtaken.
	idle int
	set  int
}

type entry struct {
	when int64
	t    *Timer
}

// Len is the number of timers that are set.
func (q *Queue) Len() int { return q.set }

// Next is the earliest timer's time, Never if none is set.
func (q *Queue) Next() int64 {
	if !q.settle(Never) {
		return Never
	}
	return q.heap[0].when
}

// Reset sets a timer, whether it was set before or not.
func (q *Queue) Reset(t *Timer, when int64) {
	if !t.set {
		t.set = true
		q.set++
		if t.queued {
			q.idle--
		}
	}
	t.when = when
	switch {
	case !t.queued:
	case when >= t.entry:
		return // the entry will find out
	default:
		q.idle++ // the later entry
	}
	t.entry, t.queued = when, true
	q.push(entry{when, t})
	q.tidy()
}

// Stop keeps a timer from expiring, and says whether it was set.
func (q *Queue) Stop(t *Timer) bool {
	if !t.set {
		return false
	}
	t.set = false
	q.set--
	if t.queued {
		q.idle++
		q.tidy()
	}
	return true
}

// Pop takes a timer that has expired by now, the earliest first, or returns nil. The
// timer is then not set.
func (q *Queue) Pop(now int64) *Timer {
	if !q.settle(now) || q.heap[0].when > now {
		return nil
	}
	t := q.heap[0].t
	q.pop()
	t.queued, t.set = false, false
	q.set--
	return t
}

// settle sees to it that the first entry, if it is not after now, is that of a timer
// that expires then. It says whether there is an entry.
func (q *Queue) settle(now int64) bool {
	for len(q.heap) > 0 && q.heap[0].when <= now {
		top := &q.heap[0]
		t := top.t
		switch {
		case !t.queued || t.entry != top.when:
			q.pop()
			q.idle--
		case !t.set:
			t.queued = false
			q.pop()
			q.idle--
		case t.when > top.when:
			t.entry, top.when = t.when, t.when
			q.down(0)
		default:
			return true
		}
	}
	return len(q.heap) > 0
}

// few is how many idle entries are not worth clearing away.
const few = 64

func (q *Queue) tidy() {
	if q.idle <= few || q.idle <= len(q.heap)/2 {
		return
	}
	kept := q.heap[:0]
	for _, e := range q.heap {
		switch t := e.t; {
		case !t.queued || t.entry != e.when:
		case !t.set:
			t.queued = false
		default:
			// One entry only: two of the same time would pass for each other.
			t.queued = false
			kept = append(kept, e)
		}
	}
	for _, e := range kept {
		e.t.queued = true
	}
	clear(q.heap[len(kept):])
	q.heap, q.idle = kept, 0
	for i := (len(kept) - 2) / ways; i >= 0 && len(kept) > 1; i-- {
		q.down(i)
	}
}

const ways = 4

func (q *Queue) push(e entry) {
	q.heap = append(q.heap, e)
	i := len(q.heap) - 1
	for i > 0 {
		parent := (i - 1) / ways
		if q.heap[parent].when <= e.when {
			break
		}
		q.heap[i] = q.heap[parent]
		i = parent
	}
	q.heap[i] = e
}

func (q *Queue) pop() {
	last := len(q.heap) - 1
	q.heap[0] = q.heap[last]
	q.heap[last] = entry{}
	q.heap = q.heap[:last]
	if last > 1 {
		q.down(0)
	}
}

func (q *Queue) down(i int) {
	h := q.heap
	e := h[i]
	for {
		first := i*ways + 1
		if first >= len(h) {
			break
		}
		least := first
		for c := first + 1; c < min(first+ways, len(h)); c++ {
			if h[c].when < h[least].when {
				least = c
			}
		}
		if h[least].when >= e.when {
			break
		}
		h[i] = h[least]
		i = least
	}
	h[i] = e
}
