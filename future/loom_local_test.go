//go:build loom

package future

import (
	"context"
	"errors"
	"testing"

	"github.com/goetia-go/goetia/internal/loom"
)

// TestLoomLocalSpawn: what is spawned from elsewhere runs, whether the driver waits or not.
func TestLoomLocalSpawn(t *testing.T) {
	explore(t, 3, func(m *loom.Model) {
		var h modelHand
		l := modelLocal(m, nil)
		Spawn[int](l, &h) // so that the driver stays
		ran := 0
		m.Go("spawner", func() {
			Spawn(l, PollFunc[int](func(*Context) (int, bool) { writes(&ran); ran++; return 0, true }))
			h.give()
		})
		m.Finally(func() {
			h.once()
			loom.Assert(ran == 1 && l.IsEmpty(), "ran %d times, %d left", ran, l.Len())
		})
	})
}

// TestLoomLocalTwoTasks: two tasks, of which one wakes the other.
func TestLoomLocalTwoTasks(t *testing.T) {
	explore(t, 2, func(m *loom.Model) {
		var a, b modelHand
		l := modelLocal(m, nil)
		Spawn[int](l, &a)
		Spawn(l, PollFunc[int](func(cx *Context) (int, bool) {
			v, ready := b.Poll(cx)
			if ready {
				a.give()
			}
			return v, ready
		}))
		m.Go("event", b.give)
		m.Go("spurious", func() { a.slot.Wake(); b.slot.Wake() })
		m.Finally(func() { a.once(); b.once() })
	})
}

// TestLoomLocalClose: whoever closes, drives or spawns, each task comes to one end.
func TestLoomLocalClose(t *testing.T) {
	explore(t, 2, func(m *loom.Model) {
		var a, b modelHand
		l := NewLocal(LocalOptions{Parker: new(loom.Parker)})
		Spawn[int](l, &a)
		m.Go("driver", func() {
			// If nothing was left when it looked, Run has no error to tell.
			if err := l.Run(context.Background()); err != nil {
				loom.Assert(errors.Is(err, ErrClosed), "%v", err)
			}
		})
		var late *Task[int]
		m.Go("spawner", func() { late = Spawn[int](l, &b) })
		m.Go("closer", func() { _ = l.Close() })
		m.Finally(func() {
			a.once()
			b.once()
			b.result(late)
			loom.Assert(l.IsEmpty(), "%d tasks left", l.Len())
		})
	})
}

// TestLoomLocalStopped: a context that ends reaches a driver that waits.
func TestLoomLocalStopped(t *testing.T) {
	explore(t, 3, func(m *loom.Model) {
		var h modelHand
		l := NewLocal(LocalOptions{Parker: new(loom.Parker)})
		Spawn[int](l, &h)
		var stopped atomicUint32
		m.Go("driver", func() {
			for ended := false; !ended; {
				ended, _ = l.shift(context.Background(), &stopped, l.IsEmpty)
			}
		})
		m.Go("context", func() { l.stop(&stopped) }) // as drive has package context call it
		m.Go("spurious", func() { h.slot.Wake() })
	})
}

// TestLoomLocalTwoDrivers: the Local goes from one driver to the next.
func TestLoomLocalTwoDrivers(t *testing.T) {
	explore(t, 3, func(m *loom.Model) {
		var h modelHand
		l := NewLocal(LocalOptions{Parker: new(loom.Parker)})
		Spawn[int](l, &h)
		var first atomicUint32
		m.Go("first", func() { l.TryTick(); first.Store(1) })
		m.Go("second", func() {
			loom.Wait(func() bool { return first.Load() == 1 })
			first.Load()
			_ = l.Run(context.Background())
		})
		m.Go("event", h.give)
		m.Finally(h.once)
	})
}

// TestLoomLocalAsFuture: a Local that another one polls.
func TestLoomLocalAsFuture(t *testing.T) {
	explore(t, 2, func(m *loom.Model) {
		var h modelHand
		outer := modelLocal(m, nil)
		var inner Local
		task := Spawn[int](&inner, &h)
		Spawn[struct{}](outer, &inner)
		m.Go("event", h.give)
		m.Go("canceler", task.Cancel)
		m.Finally(func() { h.once(); h.result(task) })
	})
}
