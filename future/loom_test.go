//go:build loom

package future

import (
	"testing"

	"github.com/goetia-go/goetia/internal/loom"
)

// explore tries all orders with so many preemptions, and prints how many there are.
func explore(t *testing.T, preemptions int, body func(m *loom.Model)) {
	t.Helper()
	r := loom.Explore(loom.Options{Preemptions: preemptions}, body)
	t.Logf("%d schedules of up to %d steps with up to %d preemptions", r.Schedules, r.Steps, preemptions)
	if r.Failure != nil {
		t.Error(r.Failure)
	}
}

// finds wants that the checker finds what is wrong with body.
func finds(t *testing.T, want loom.Kind, preemptions int, body func(m *loom.Model)) {
	t.Helper()
	r := loom.Explore(loom.Options{Preemptions: preemptions}, body)
	if r.Failure == nil || r.Failure.Kind != want {
		t.Errorf("it was not found in %d schedules: %v", r.Schedules, r.Failure)
		return
	}
	t.Logf("found in schedule %d: %v in %v", r.Schedules, r.Failure.Kind, r.Failure.Schedule)
}

// modelHand is a future that another thread makes ready.
type modelHand struct {
	slot     Slot
	happened atomicUint32
	// polled and canceled are the executor's.
	polls, canceled, ended int
}

func (h *modelHand) Poll(cx *Context) (int, bool) {
	writes(&h.polls)
	loom.Assert(h.canceled == 0 && h.ended == 0, "a future that has ended is polled")
	h.polls++
	h.slot.Register(cx.Waker())
	if h.happened.Load() == 0 {
		return 0, false
	}
	h.ended++
	return 7, true
}

func (h *modelHand) Cancel() {
	writes(&h.polls)
	h.canceled++
	h.slot.Clear()
}

func (h *modelHand) give() {
	h.happened.Store(1)
	h.slot.Wake()
}
