//go:build loom

package future

import (
	"testing"

	"github.com/goetia-go/goetia/internal/loom"
)

// blockOn waits for a future as a thread does.
func blockOn[T any](f Future[T]) T { return BlockOnWith(new(loom.Parker), f) }

// until waits for a condition as the documentation of Event says.
func (e *Event) until(condition *atomicUint32) {
	for condition.Load() == 0 {
		l := e.Listen()
		if condition.Load() != 0 {
			l.Cancel()
			return
		}
		blockOn[struct{}](l)
	}
}

// quiet asserts that nobody is left.
func (e *Event) quiet() {
	loom.Assert(e.queue.first == nil && e.notified == 0 && e.waiting.Load() == 0,
		"%d wait, %d are notified", e.waiting.Load(), e.notified)
}

func TestLoomEventLosesNoNotification(t *testing.T) {
	explore(t, 3, func(m *loom.Model) {
		var e Event
		var condition atomicUint32
		m.Go("waiter", func() { e.until(&condition) })
		m.Go("other waiter", func() { e.until(&condition) })
		m.Go("notifier", func() {
			condition.Store(1)
			e.Notify(2)
		})
		m.Finally(e.quiet)
	})
}

// TestLoomEventPassesOn: of two listeners one gives up; one notification must reach the other.
func TestLoomEventPassesOn(t *testing.T) {
	explore(t, 3, func(m *loom.Model) {
		var e Event
		stays, gives := e.Listen(), e.Listen()
		m.Go("stays", func() { blockOn[struct{}](stays) })
		m.Go("gives up", gives.Cancel)
		m.Go("notifier", func() { e.Notify(1) })
		m.Finally(e.quiet)
	})
}

func TestLoomEventNotificationsAdd(t *testing.T) {
	explore(t, 2, func(m *loom.Model) {
		var e Event
		a, b := e.Listen(), e.Listen()
		m.Go("a", func() { blockOn[struct{}](a) })
		m.Go("b", func() { blockOn[struct{}](b) })
		m.Go("one", func() { e.NotifyAdditional(1) })
		m.Go("other", func() { e.NotifyAdditional(1) })
		m.Finally(e.quiet)
	})
}

// TestLoomFindsListenAfterLook: who looks and listens then, without looking again, may wait for ever.
func TestLoomFindsListenAfterLook(t *testing.T) {
	finds(t, loom.Deadlock, 1, func(m *loom.Model) {
		var e Event
		var condition atomicUint32
		m.Go("waiter", func() {
			if condition.Load() == 0 {
				blockOn[struct{}](e.Listen())
			}
		})
		m.Go("notifier", func() {
			condition.Store(1)
			e.Notify(1)
		})
	})
}

func TestLoomTracker(t *testing.T) {
	explore(t, 3, func(m *loom.Model) {
		var tr Tracker
		tr.Add()
		m.Go("waiter", func() { blockOn(tr.Wait()) })
		m.Go("work", tr.Done)
		m.Go("shutdown", tr.Close)
		m.Finally(tr.ended.quiet)
	})
}

func TestLoomCancelTokenTree(t *testing.T) {
	explore(t, 2, func(m *loom.Model) {
		var root CancelToken
		child := root.Child()
		m.Go("waiter", func() { blockOn[struct{}](child.Canceled()) })
		m.Go("root", root.Cancel)
		m.Go("child", child.Cancel)
		m.Go("late", func() { blockOn[struct{}](child.Child().Canceled()) })
		m.Finally(func() {
			loom.Assert(root.children.first == nil && child.children.first == nil, "a child is left")
			loom.Assert(root.waiting.first == nil && child.waiting.first == nil, "a waiter is left")
		})
	})
}
