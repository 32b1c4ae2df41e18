//go:build loom

package future

import (
	"testing"

	"github.com/goetia-go/goetia/internal/loom"
)

// owner polls the nodes of a ready list until seen says that all was seen.
func owner(r *ready, p *loom.Parker, poll func(n *node), seen func() bool) {
	for !seen() {
		for n := r.take(); n != nil; {
			writes(&n.next)
			next := n.next
			if n.begin()&completed == 0 {
				poll(n)
			}
			n = next
		}
		r.owner.Register(p)
		if r.empty() && !seen() {
			p.Park(true)
		}
		r.owner.Clear()
	}
}

// TestLoomReady: each wake-up is followed by a poll that sees what was done before it, and no node is
// in the list twice.
func TestLoomReady(t *testing.T) {
	explore(t, 2, func(m *loom.Model) {
		var r ready
		var p loom.Parker
		var happened [2]atomicUint32
		nodes := [2]*node{{home: &r, index: 0}, {home: &r, index: 1}}
		var saw [2]uint32
		m.Go("owner", func() {
			owner(&r, &p, func(n *node) { saw[n.index] = happened[n.index].Load() },
				func() bool { return saw == [2]uint32{2, 1} })
		})
		wake := func(i int) func() {
			return func() { happened[i].Add(1); nodes[i].Wake() }
		}
		m.Go("first", wake(0))
		m.Go("first again", wake(0))
		m.Go("second", wake(1))
		m.Finally(func() {
			for n := r.take(); n != nil; n = n.next {
				loom.Assert(n.state.Load()&scheduled != 0, "a node in the list is not scheduled")
			}
		})
	})
}

// TestLoomReadyEnds: a node that has ended is not polled again, however late it is woken.
func TestLoomReadyEnds(t *testing.T) {
	explore(t, 3, func(m *loom.Model) {
		var r ready
		var p loom.Parker
		n := &node{home: &r}
		polls := 0
		m.Go("owner", func() {
			owner(&r, &p, func(n *node) { polls++; n.end(0) }, func() bool { return polls > 0 })
			for n := r.take(); n != nil; n = n.next {
				loom.Assert(n.begin()&completed != 0, "it was not completed")
			}
		})
		m.Go("one", n.Wake)
		m.Go("two", func() { n.Wake(); n.Wake() })
		m.Finally(func() { loom.Assert(polls == 1, "%d polls", polls) })
	})
}

// TestLoomFindsWakeBeforePush: who wakes the owner before there is something to take.
func TestLoomFindsWakeBeforePush(t *testing.T) {
	finds(t, loom.Deadlock, 1, func(m *loom.Model) {
		var r ready
		var p loom.Parker
		n := &node{home: &r}
		seen := false
		m.Go("owner", func() { owner(&r, &p, func(*node) { seen = true }, func() bool { return seen }) })
		m.Go("event", func() {
			r.owner.Wake()
			r.head.Store(n)
		})
	})
}

// TestLoomFindsPushWithoutWake: who wakes the owner only if it was idle when last looked at.
func TestLoomFindsPushWithoutWake(t *testing.T) {
	finds(t, loom.Deadlock, 1, func(m *loom.Model) {
		var r ready
		var p loom.Parker
		n := &node{home: &r}
		seen := false
		m.Go("owner", func() { owner(&r, &p, func(*node) { seen = true }, func() bool { return seen }) })
		m.Go("event", func() {
			idle := r.owner.state.Load() != 0
			r.head.Store(n)
			if idle {
				r.owner.Wake()
			}
		})
	})
}

// TestLoomFindsStateThatIsNotAtomic: a load and a store in the place of one operation put a node into
// the list twice, or lose a wake-up.
func TestLoomFindsStateThatIsNotAtomic(t *testing.T) {
	finds(t, loom.Race, 2, func(m *loom.Model) {
		var r ready
		n := &node{home: &r}
		wake := func() {
			if old := n.state.Load(); old&scheduled == 0 {
				n.state.Store(old | scheduled)
				r.push(n)
			}
		}
		m.Go("one", wake)
		m.Go("two", wake)
	})
}
