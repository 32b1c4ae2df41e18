package future

import (
	"slices"
	"testing"
)

// setModel says what a set must do: which of its members are to be polled, in which order.
type setModel struct {
	t       testing.TB
	set     futureSet[int]
	ordered bool
	members []*member
	// due is those that have been pushed or woken since they were last polled, in that order.
	due []*member
	// stale: one that had ended was woken. It may have had another one polled in its place.
	stale  bool
	pushed int
	parent *labWaker
	// asleep: the last poll said that there was nothing.
	asleep bool
}

// member is a future in the set.
type member struct {
	model    *setModel
	id       int
	ready    bool
	over     bool
	canceled int
	waker    Waker
}

func (m *member) Poll(cx *Context) (int, bool) {
	s := m.model
	if m.over || m.canceled != 0 {
		s.t.Errorf("%d is polled after it has ended", m.id)
	}
	i := slices.Index(s.due, m)
	if !s.stale && i != 0 {
		s.t.Errorf("%d is polled, number %d of those that are due", m.id, i)
	}
	if i >= 0 {
		s.due = slices.Delete(s.due, i, i+1)
	}
	m.waker = cx.Waker()
	m.over = m.ready
	return m.id, m.ready
}

func (m *member) Cancel() { m.canceled++ }

func (s *setModel) push() {
	m := &member{model: s, id: s.pushed}
	s.pushed++
	s.members = append(s.members, m)
	s.due = append(s.due, m)
	s.set.Push(m)
	s.roused("Push")
}

// roused checks that the set has its owner poll it.
func (s *setModel) roused(why string) {
	if s.asleep && len(s.members) > 1 && !s.parent.woken {
		s.t.Errorf("%s does not wake who waits for the set", why)
	}
}

func (s *setModel) wake(m *member) {
	if m.waker == nil {
		return
	}
	if m.over {
		s.stale = true
	} else if !slices.Contains(s.due, m) {
		s.due = append(s.due, m)
	}
	m.waker.Wake()
	if !m.over {
		s.roused("a member")
	}
}

func (s *setModel) poll() {
	s.parent = new(labWaker)
	id, ok, ready := s.set.PollNext(NewContext(s.parent))
	s.asleep = !ready && len(s.members) > 0
	switch {
	case !ready:
		if len(s.members) == 0 {
			s.t.Error("an empty set is not at its end")
		}
		if len(s.due) > 0 && !s.parent.woken {
			s.t.Errorf("%d are due, and it is not woken", len(s.due))
		}
		if s.ordered && len(s.members) > 0 && s.members[0].over {
			s.t.Error("the first one is ready")
		}
	case !ok:
		if len(s.members) != 0 {
			s.t.Errorf("the end of a set with %d members", len(s.members))
		}
	default:
		i := slices.IndexFunc(s.members, func(m *member) bool { return m.id == id })
		if i < 0 || !s.members[i].over || s.ordered && i != 0 {
			s.t.Fatalf("it returns %d, member number %d", id, i)
		}
		s.members = slices.Delete(s.members, i, i+1)
	}
	if n := s.set.Len(); n != len(s.members) {
		s.t.Errorf("its length is %d, and not %d", n, len(s.members))
	}
}

func (s *setModel) cancel() {
	s.set.Cancel()
	s.set.Cancel()
	for _, m := range s.members {
		if want := 1; m.canceled != want && !m.over {
			s.t.Errorf("%d was cancelled %d times", m.id, m.canceled)
		}
	}
	if s.set.Len() != 0 {
		s.t.Errorf("%d left", s.set.Len())
	}
	s.members, s.due, s.asleep = nil, nil, false
}

// FuzzSets drives both sets with what the bytes say, and compares them with a model.
func FuzzSets(f *testing.F) {
	f.Add([]byte{0, 0, 0, 1, 2, 1, 9, 1, 1, 4})
	f.Add([]byte{0, 0, 10, 1, 1, 0, 3, 1, 1, 1, 4, 0, 1})
	f.Add([]byte{0, 0, 0, 0, 2, 7, 12, 17, 1, 1, 1, 1, 1, 0, 8, 1})
	f.Fuzz(func(t *testing.T, ops []byte) {
		for _, ordered := range []bool{false, true} {
			s := &setModel{t: t, ordered: ordered, set: new(Unordered[int])}
			if ordered {
				s.set = new(Ordered[int])
			}
			var all []*member
			for _, op := range ops {
				switch op % 5 {
				case 0:
					s.push()
					all = append(all, s.members[len(s.members)-1])
				case 1:
					s.poll()
				case 4:
					if op > 200 {
						s.cancel()
						all = nil
					}
				default: // 2 makes one ready and wakes it, 3 only wakes it
					if len(all) == 0 {
						continue
					}
					m := all[int(op/5)%len(all)]
					m.ready = m.ready || op%5 == 2
					s.wake(m)
				}
			}
			s.cancel()
		}
	})
}
