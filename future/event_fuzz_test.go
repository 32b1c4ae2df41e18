package future

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// eventModel says in the plainest way what an Event does.
type eventModel struct {
	waiting, notified []int
}

func (m *eventModel) notify(n int, additional bool) (woken []int) {
	if !additional {
		n -= len(m.notified)
	}
	for ; n > 0 && len(m.waiting) > 0; n-- {
		woken = append(woken, m.waiting[0])
		m.waiting = m.waiting[1:]
	}
	m.notified = append(m.notified, woken...)
	return woken
}

func without(s []int, v int) ([]int, bool) {
	i := slices.Index(s, v)
	if i < 0 {
		return s, false
	}
	return slices.Delete(slices.Clone(s), i, i+1), true
}

type failer interface {
	Helper()
	Fatalf(format string, args ...any)
}

// eventOps does what the bytes say to an Event and to its model.
func eventOps(t failer, ops []byte) {
	var e Event
	var m eventModel
	var ls []*Listener
	var woken []int
	for at, op := range ops {
		woken = nil
		var want []int
		arg := int(op >> 3)
		switch op & 7 {
		case 0, 1:
			i := len(ls)
			l := e.Listen()
			ls = append(ls, l)
			m.waiting = append(m.waiting, i)
			l.Poll(NewContext(WakerFunc(func() { woken = append(woken, i) })))
		case 2:
			e.Notify(arg % 4)
			want = m.notify(arg%4, false)
		case 3:
			e.NotifyAdditional(arg % 4)
			want = m.notify(arg%4, true)
		case 4:
			e.Notify(math.MaxInt)
			want = m.notify(math.MaxInt, false)
		case 5: // poll
			if len(ls) == 0 {
				continue
			}
			i := arg % len(ls)
			if ls[i].w.state == waitIdle {
				continue
			}
			_, ready := ls[i].Poll(NewContext(WakerFunc(func() { woken = append(woken, i) })))
			rest, was := without(m.notified, i)
			if ready != was {
				t.Fatalf("step %d: listener %d ready: %t, want %t", at, i, ready, was)
			}
			m.notified = rest
		case 6: // cancel
			if len(ls) == 0 {
				continue
			}
			i := arg % len(ls)
			ls[i].Cancel()
			var was bool
			if m.notified, was = without(m.notified, i); was {
				want = m.notify(1, true)
			}
			m.waiting, _ = without(m.waiting, i)
		case 7: // again
			if len(ls) == 0 {
				continue
			}
			i := arg % len(ls)
			ls[i].Again()
			var was bool
			if m.notified, was = without(m.notified, i); was {
				want = m.notify(1, true)
			}
			m.waiting, _ = without(m.waiting, i)
			m.waiting = append(m.waiting, i)
			ls[i].Poll(NewContext(WakerFunc(func() { woken = append(woken, i) })))
		}
		if !slices.Equal(woken, want) {
			t.Fatalf("step %d: woke %v, want %v", at, woken, want)
		}
		if e.Listeners() != len(m.waiting) || e.notified != len(m.notified) {
			t.Fatalf("step %d: %d wait and %d are notified, want %v and %v",
				at, e.Listeners(), e.notified, m.waiting, m.notified)
		}
	}
}

func FuzzEvent(f *testing.F) {
	f.Add([]byte{0, 0, 0, 8 | 2, 6, 5, 4})
	f.Fuzz(func(t *testing.T, ops []byte) { eventOps(t, ops) })
}

func TestEventIsItsModel(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) { eventOps(t, rapid.SliceOfN(rapid.Byte(), 0, 200).Draw(t, "ops")) })
}
