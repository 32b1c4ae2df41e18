package goetia

import (
	"fmt"
	"time"

	"github.com/goetia-go/goetia/internal/timers"
	"github.com/goetia-go/goetia/poll"
)

// Timer calls a function once, or at intervals. Make one with [Reactor.AfterFunc] or
// [Reactor.Every]. Its methods are safe for concurrent use.
type Timer struct {
	sh    *shard
	timer timers.Timer
	// w is the watch whose deadline this is, while it is set; f is called otherwise.
	w *Watch
	f func()
	// every is the period, or zero.
	every  int64
	due    int64
	missed Missed
	state  state
	// epoch goes up with each Stop and Reset, so that a callback that was running then
	// does not schedule the next.
	epoch uint32
	ran   uint32
	// running: an interval's function is being called.
	running bool
	claimed bool // as a Watch's
}

// Missed says what an interval does about ticks that were due while its function was
// still running, or while nobody turned the Reactor.
type Missed uint8

const (
	// Burst makes them up, one right after the other, and is then on schedule again.
	Burst Missed = iota
	// Delay drops them, and begins a new schedule: the next tick is a period after the
	// late one has ended.
	Delay
	// Skip drops them, and keeps to the schedule: the next tick is the first that
	// is not over yet.
	Skip
)

// AfterFunc calls f in its own goroutine once d has passed, like time.AfterFunc. It is
// never early. A Reactor that is closed, or that nobody drives, does not call. It panics if f
// is nil.
func (r *Reactor) AfterFunc(d time.Duration, f func()) *Timer {
	if f == nil {
		panic("goetia: AfterFunc of no function")
	}
	t := r.timer(f)
	t.set(d)
	return t
}

// Every calls f every d, for the first time after d. Calls do not overlap: ticks that come
// due while f runs are missed, and missed says what becomes of them. It fails
// with poll.ErrInvalid if d is not positive or f is nil.
func (r *Reactor) Every(d time.Duration, missed Missed, f func()) (*Timer, error) {
	if d <= 0 || f == nil || missed > Skip {
		return nil, fmt.Errorf("goetia: every %v: %w", d, poll.ErrInvalid)
	}
	t := r.timer(f)
	t.every, t.missed = int64(d), missed
	t.set(d)
	return t, nil
}

func (r *Reactor) timer(f func()) *Timer {
	sh := r.shards[0]
	if n := uint64(len(r.shards)); n > 1 {
		sh = r.shards[r.next.Add(1)%n]
	}
	t := &Timer{sh: sh, f: f}
	t.timer.Owner = t
	return t
}

func (t *Timer) set(d time.Duration) (was bool) {
	sh, due := t.sh, after(clock(), max(d, 0))
	sh.mu.Lock()
	if sh.closed {
		was = t.stop()
		sh.mu.Unlock()
		return was
	}
	was = t.withdraw()
	t.due, t.state = due, armed
	sh.timers.Reset(&t.timer, due)
	if sh.driven() && due >= sh.until {
		// Whoever waits will look in time, and is not to be asked what else there
		// is: putting a timer off is what most calls do.
		sh.mu.Unlock()
		return was
	}
	sh.unlock().run()
	return was
}

// stop is Stop with the lock held.
func (t *Timer) stop() (was bool) {
	was = t.withdraw()
	t.state = idle
	t.sh.timers.Stop(&t.timer)
	return was
}

// withdraw says whether there is something to come, which does not come.
func (t *Timer) withdraw() bool {
	was := t.state != idle || t.goesOn()
	if t.state == queued {
		t.sh.calls.stale++
	}
	t.epoch++
	return was
}

// goesOn says whether there is a next tick when the call that is running has ended.
func (t *Timer) goesOn() bool { return t.running && t.epoch == t.ran && !t.sh.closed }

// Stop keeps the function from being called, and an interval from going on. It
// says whether it does: false means that a Timer has expired or was stopped before. It
// does not wait for a call that is running.
func (t *Timer) Stop() bool {
	sh := t.sh
	sh.mu.Lock()
	was := t.stop()
	if sh.busy() {
		sh.mu.Unlock() // nothing has become more urgent
		return was
	}
	sh.unlock().run()
	return was
}

// Reset has the function called once d has passed from now, and an interval begin anew
// with that; its period stays. It says whether the Timer was waiting. It does not allocate.
func (t *Timer) Reset(d time.Duration) bool { return t.set(d) }

// expire fires what is due.
func (sh *shard) expire(now int64) {
	for {
		q := sh.timers.Pop(now)
		if q == nil {
			return
		}
		t := q.Owner.(*Timer)
		switch {
		case t.running:
			// The interval has begun anew during a call. The tick is missed, and
			// what becomes of it is decided when the call ends.
			t.state, t.ran = idle, t.epoch
			t.due -= t.every
			continue
		case t.w == nil:
			sh.counts.Timers++
			t.state, t.ran = queued, t.epoch
			sh.calls.enter(job{t: t}, &t.claimed)
			continue
		}
		if w := t.w; w.state == armed {
			if stop := w.source().leave(w); stop != nil {
				sh.calls.now(call{f: func(Readiness) { stop() }})
			}
			sh.counts.Timeouts++
			sh.fire(w, TimedOut, now)
		}
	}
}

// again sets an interval's next tick, after the function has returned. It is called with
// the lock held.
func (t *Timer) again() {
	goesOn := t.goesOn()
	t.running = false
	if !goesOn {
		return
	}
	now := clock()
	t.due = after(t.due, time.Duration(t.every))
	if late := now - t.due; late > 0 {
		switch t.missed {
		case Delay:
			t.due = after(now, time.Duration(t.every))
		case Skip:
			t.due += (late + t.every - 1) / t.every * t.every
		}
	}
	t.state = armed
	t.sh.timers.Reset(&t.timer, t.due)
}
