//go:build loom

package future

import (
	"testing"

	"github.com/goetia-go/goetia/internal/loom"
)

// await waits for an event as the futures do.
func (h *modelHand) await(p *loom.Parker) {
	for {
		h.slot.Register(p)
		if h.happened.Load() != 0 {
			return
		}
		p.Park(true)
	}
}

func TestLoomSlotLosesNoWake(t *testing.T) {
	explore(t, 4, func(m *loom.Model) {
		var h modelHand
		var p loom.Parker
		m.Go("future", func() { h.await(&p) })
		m.Go("event", h.give)
		m.Go("other event", h.give)
	})
}

// TestLoomSlotReplaced: of several wakers the last one is woken.
func TestLoomSlotReplaced(t *testing.T) {
	explore(t, 4, func(m *loom.Model) {
		var h modelHand
		var before, p loom.Parker
		m.Go("future", func() {
			h.slot.Register(&before)
			h.await(&p)
		})
		m.Go("event", h.give)
		m.Go("spurious", h.slot.Wake)
	})
}

// TestLoomSlotCleared: a Slot that was cleared while it was woken is empty and as good as new.
func TestLoomSlotCleared(t *testing.T) {
	explore(t, 4, func(m *loom.Model) {
		var h modelHand
		var before, p loom.Parker
		m.Go("future", func() {
			h.slot.Register(&before)
			h.slot.Clear()
			h.await(&p)
		})
		m.Go("event", h.give)
		m.Go("spurious", h.slot.Wake)
		m.Finally(func() {
			h.slot.Clear()
			loom.Assert(h.slot.waker == nil && h.slot.state.Load() == 0, "%v is left", h.slot.waker)
		})
	})
}

// The bugs that the checker is to find.

// TestLoomFindsCheckThenRegister: who looks first and registers then misses what happens between.
func TestLoomFindsCheckThenRegister(t *testing.T) {
	finds(t, loom.Deadlock, 1, func(m *loom.Model) {
		var h modelHand
		var p loom.Parker
		m.Go("future", func() {
			for h.happened.Load() == 0 {
				h.slot.Register(&p)
				p.Park(true)
			}
		})
		m.Go("event", h.give)
	})
}

// TestLoomFindsWakeBeforeEvent: who wakes first and has the event happen then wakes in vain.
func TestLoomFindsWakeBeforeEvent(t *testing.T) {
	finds(t, loom.Deadlock, 1, func(m *loom.Model) {
		var h modelHand
		var p loom.Parker
		m.Go("future", func() { h.await(&p) })
		m.Go("event", func() { h.slot.Wake(); h.happened.Store(1) })
	})
}

// TestLoomFindsSlotWithoutStates: a place for a waker needs more than an atomic flag.
func TestLoomFindsSlotWithoutStates(t *testing.T) {
	finds(t, loom.Race, 2, func(m *loom.Model) {
		var waker Waker
		var full, happened atomicUint32
		var p loom.Parker
		take := func() {
			happened.Store(1)
			if full.Load() == 1 { // and not CompareAndSwap
				full.Store(0)
				writes(&waker)
				w := waker
				waker = nil
				w.Wake()
			}
		}
		m.Go("future", func() {
			writes(&waker)
			waker = &p
			full.Store(1)
			if happened.Load() == 0 {
				p.Park(true)
			}
		})
		m.Go("event", take)
		m.Go("other event", take)
	})
}
