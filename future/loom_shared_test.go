//go:build loom

package future

import (
	"errors"
	"testing"

	"github.com/goetia-go/goetia/internal/loom"
)

func TestLoomTracker(t *testing.T) {
	explore(t, 3, func(m *loom.Model) {
		var tr Tracker
		tr.Add()
		m.Go("waiter", func() { block(tr.Wait()) })
		m.Go("work", tr.Done)
		m.Go("shutdown", tr.Close)
		m.Finally(func() {
			loom.Assert(tr.ended.queue.first == nil && tr.ended.notified == 0, "somebody listens still")
		})
	})
}

func TestLoomCancelTokenTree(t *testing.T) {
	explore(t, 2, func(m *loom.Model) {
		var root CancelToken
		child := root.Child()
		m.Go("waiter", func() { block[struct{}](child.Canceled()) })
		m.Go("root", root.Cancel)
		m.Go("child", child.Cancel)
		m.Go("late", func() { block[struct{}](child.Child().Canceled()) })
		m.Finally(func() {
			loom.Assert(root.children.first == nil && child.children.first == nil, "a child is left")
			loom.Assert(root.waiting.first == nil && child.waiting.first == nil, "a waiter is left")
		})
	})
}

// TestLoomOneshotCanceled: a value that Send has accepted is there for Try.
func TestLoomOneshotCanceled(t *testing.T) {
	explore(t, 4, func(m *loom.Model) {
		var o Oneshot[int]
		sent := false
		o.Poll(NewContext(new(loom.Parker)))
		m.Go("sender", func() { sent = o.Send(7) })
		m.Go("receiver", o.Cancel)
		m.Finally(func() {
			r, ok := o.Try()
			loom.Assert(ok && sent == (r.Err == nil), "sent: %t, received %v", sent, r)
			loom.Assert(o.slot.waker == nil && o.slot.state.Load() == 0, "a waker is left")
		})
	})
}

func TestLoomSemaphore(t *testing.T) {
	explore(t, 3, func(m *loom.Model) {
		s := NewSemaphore(2)
		var inside atomicInt64
		use := func(n int64) func() {
			return func() {
				p := block[Permit](s.Acquire(n))
				now := inside.Add(n)
				loom.Assert(now <= 2, "%d inside", now)
				inside.Add(-n)
				p.Release()
			}
		}
		m.Go("large", use(2))
		m.Go("small", use(1))
		m.Go("other small", use(1))
		m.Finally(func() { loom.Assert(s.Available() == 2, "%d available", s.Available()) })
	})
}

func TestLoomWatchAndBroadcast(t *testing.T) {
	explore(t, 3, func(m *loom.Model) {
		var w Watch[int]
		watcher := w.Watcher()
		b := NewBroadcast[int](1)
		sub := b.Subscribe()
		m.Go("setter", func() {
			w.Set(1)
			b.Send(1)
			w.Set(2)
			b.Close()
		})
		m.Go("watcher", func() {
			for block(watcher.Changed()).Value != 2 {
			}
		})
		m.Go("subscriber", func() {
			loom.Assert(block(sub.Recv()).Value == 1, "lost a value")
			loom.Assert(errors.Is(block(sub.Recv()).Err, ErrChannelClosed), "it does not end")
		})
		m.Finally(func() { loom.Assert(w.waiting.first == nil && b.waiting.first == nil, "a waiter is left") })
	})
}

func TestLoomBarrier(t *testing.T) {
	explore(t, 4, func(m *loom.Model) {
		b := NewBarrier(2)
		var leaders atomicInt64
		for _, name := range []string{"a", "b"} {
			m.Go(name, func() {
				for range 2 {
					if block[bool](b.Wait()) {
						leaders.Add(1)
					}
				}
			})
		}
		m.Finally(func() {
			loom.Assert(leaders.Load() == 2 && b.arrived == 0, "%d leaders, %d arrived", leaders.Load(), b.arrived)
		})
	})
}
