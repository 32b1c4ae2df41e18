//go:build loom

package future

import (
	"context"
	"testing"
	"time"

	"github.com/goetia-go/goetia/internal/loom"
)

// TestLoomSelect: one of two wins, the other one is cancelled, and neither is left with a waker.
func TestLoomSelect(t *testing.T) {
	explore(t, 2, func(m *loom.Model) {
		var a, b modelHand
		l := modelLocal(m, nil)
		task := Spawn(l, Select[int](&a, &b))
		m.Go("first", a.give)
		m.Go("second", b.give)
		m.Finally(func() {
			a.once()
			b.once()
			r, ok := task.Result()
			loom.Assert(ok && a.ended+b.ended == 1 && (r.Value.Index == 0) == (a.ended == 1), "%v: %d and %d", r, a.ended, b.ended)
		})
	})
}

// TestLoomSelectCanceled: as before, while the whole is cancelled.
func TestLoomSelectCanceled(t *testing.T) {
	explore(t, 2, func(m *loom.Model) {
		var a, b modelHand
		l := modelLocal(m, nil)
		task := Spawn(l, Select[int](&a, &b))
		m.Go("event", a.give)
		m.Go("canceler", task.Cancel)
		m.Finally(func() { a.once(); b.once() })
	})
}

func TestLoomJoin(t *testing.T) {
	explore(t, 2, func(m *loom.Model) {
		var a, b modelHand
		l := modelLocal(m, nil)
		task := Spawn(l, Join[int](&a, &b))
		m.Go("first", a.give)
		m.Go("second", b.give)
		m.Finally(func() {
			a.once()
			b.once()
			r, ok := task.Result()
			loom.Assert(ok && len(r.Value) == 2 && a.ended+b.ended == 2, "%v, %t", r, ok)
		})
	})
}

// TestLoomShared: two executors wait for one future, and whichever polls it, both have its value.
func TestLoomShared(t *testing.T) {
	explore(t, 2, func(m *loom.Model) {
		var h modelHand
		one := Share[int](&h)
		other := one.Clone()
		a, b := modelLocal(m, nil), modelLocal(m, nil)
		first, second := Spawn[int](a, one), Spawn[int](b, other)
		m.Go("event", h.give)
		m.Finally(func() { h.once(); h.result(first); h.result(second) })
	})
}

// TestLoomSharedGivenUp: the one that polls gives up, and the other one goes on.
func TestLoomSharedGivenUp(t *testing.T) {
	explore(t, 2, func(m *loom.Model) {
		var h modelHand
		one := Share[int](&h)
		other := one.Clone()
		a, b := modelLocal(m, nil), modelLocal(m, nil)
		Spawn[int](a, one).Cancel()
		second := Spawn[int](b, other)
		m.Go("event", h.give)
		m.Finally(func() {
			h.once()
			r, ok := second.Result()
			loom.Assert(ok && r.Value == 7, "%v, %t", r, ok)
		})
	})
}

// TestLoomSharedAbandoned: all handles are cancelled, at whatever time of a poll, and the future is
// cancelled once unless it has ended.
func TestLoomSharedAbandoned(t *testing.T) {
	explore(t, 4, func(m *loom.Model) {
		var h modelHand
		one := Share[int](&h)
		other := one.Clone()
		m.Go("poller", func() { one.Poll(NewContext(new(loom.Parker))) })
		m.Go("canceler", func() { one.Cancel(); other.Cancel() })
		m.Go("event", h.give)
		m.Finally(func() {
			loom.Assert(h.ended+h.canceled == 1, "ended %d times, cancelled %d times", h.ended, h.canceled)
		})
	})
}

// modelClock is a clock of one timer, which a thread has ring, sooner or later.
type modelClock struct {
	state atomicUint32
	ring  func()
	over  bool
	now   time.Time
}

const (
	modelUnset = iota
	modelSet
	modelRung
)

func (c *modelClock) Now() time.Time { return c.now }

func (c *modelClock) AfterFunc(_ time.Duration, f func()) Timer {
	c.ring = f
	c.state.Store(modelSet)
	return c
}

func (c *modelClock) Stop() bool { return c.state.CompareAndSwap(modelSet, modelUnset) }

func (c *modelClock) Reset(time.Duration) bool { return c.state.Swap(modelSet) == modelSet }

// run is the thread.
func (c *modelClock) run() {
	for {
		loom.Wait(func() bool { return c.over || c.state.Load() == modelSet })
		if c.over {
			return
		}
		if c.state.CompareAndSwap(modelSet, modelRung) {
			c.now = c.now.Add(time.Second)
			c.ring()
		}
	}
}

// driven has a thread drive l until it has no tasks, and the clock end then.
func (c *modelClock) driven(m *loom.Model, l *Local) {
	m.Go("clock", c.run)
	m.Go("driver", func() {
		_ = l.Run(context.Background())
		c.over = true
	})
}

// TestLoomTimer: a timer has its task polled, again and again.
func TestLoomTimer(t *testing.T) {
	explore(t, 2, func(m *loom.Model) {
		c := new(modelClock)
		l := NewLocal(LocalOptions{Parker: new(loom.Parker), Clock: c})
		ticks := 0
		Spawn(l, ForEach(Take(Interval(time.Second, Delay), 2), func(time.Time) { ticks++ }))
		c.driven(m, l)
		m.Finally(func() { loom.Assert(ticks == 2, "%d ticks", ticks) })
	})
}

// TestLoomTimeout: the event or the timer wins, and the other one leaves nothing.
func TestLoomTimeout(t *testing.T) {
	explore(t, 2, func(m *loom.Model) {
		var h modelHand
		c := new(modelClock)
		l := NewLocal(LocalOptions{Parker: new(loom.Parker), Clock: c})
		task := Spawn(l, Timeout[int](&h, time.Second))
		c.driven(m, l)
		m.Go("event", h.give)
		m.Finally(func() {
			h.once()
			r, ok := task.Result()
			loom.Assert(ok && (h.ended == 1) == (r.Value.Err == nil), "%v, ended %d times", r, h.ended)
			loom.Assert(c.state.Load() != modelSet, "the timer goes on")
		})
	})
}
