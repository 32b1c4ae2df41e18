package poll

import (
	"iter"

	"github.com/goetia-go/goetia/internal/backend"
)

// table holds the registrations: slots that are reused, each use under a new
// generation. It holds no pointers, so the garbage collector does not scan it.
type table struct {
	slots []slot
	// origins has an entry for every slot.
	origins  []origin
	free     []uint32
	byHandle index
}

// slot is what every event needs of a registration, and no more: four of them
// share a cache line.
type slot struct {
	key        Key
	generation uint32
	interest   backend.Interest
	mode       backend.Mode
	// armed is false once a oneshot registration has reported.
	armed bool
	// pass is what may be handed out: what the interest asks for and what
	// comes unasked while armed, after that only the end, and nothing while
	// the slot is free.
	pass backend.Readiness
}

// origin is what only changes of a registration need.
type origin struct {
	handle uintptr
	source uint64
}

func (s *slot) live() bool { return s.pass != 0 }

func (s *slot) arm(key Key, in backend.Interest, mode backend.Mode) {
	s.key, s.interest, s.mode, s.armed = key, in, mode, true
	s.pass = (^backend.Readiness(0)).Mask(in)
}

func (s *slot) disarm() { s.armed, s.pass = false, backend.ReadyClosed }

// reserve returns an index and the token of its next use. The slot becomes
// live by fill, or goes back by release.
func (t *table) reserve() (uint32, backend.Token) {
	var i uint32
	if n := len(t.free); n > 0 {
		i = t.free[n-1]
		t.free = t.free[:n-1]
	} else {
		i = uint32(len(t.slots))
		t.slots = append(t.slots, slot{})
		t.origins = append(t.origins, origin{})
	}
	s := &t.slots[i]
	s.generation++
	if s.generation == 0 || s.generation == ^uint32(0) {
		// Zero is no generation, and the last one is the wake token's.
		s.generation = 1
	}
	return i, backend.MakeToken(i, s.generation)
}

func (t *table) fill(i uint32, src Source, key Key, in backend.Interest, mode backend.Mode) {
	t.origins[i] = origin{src.handle, src.id}
	t.slots[i].arm(key, in, mode)
	t.byHandle.put(src.handle, i)
}

// noHandle is the handle of registrations without one.
const noHandle = ^uintptr(0)

// fillAlone is fill for a registration that no handle leads to.
func (t *table) fillAlone(i uint32, key Key, mode backend.Mode) {
	t.origins[i] = origin{noHandle, 0}
	t.slots[i].arm(key, backend.Readable, mode)
}

// release ends a slot's use, live or reserved.
func (t *table) release(i uint32) {
	s := &t.slots[i]
	if s.live() {
		h := t.origins[i].handle
		if j, ok := t.byHandle.get(h); ok && j == i {
			t.byHandle.remove(h)
		}
	}
	s.pass = 0
	t.free = append(t.free, i)
}

// find returns the live slot of a handle number.
func (t *table) find(h uintptr) (uint32, *slot) {
	i, ok := t.byHandle.get(h)
	if !ok {
		return 0, nil
	}
	return i, &t.slots[i]
}

// deliver turns tokens into keys, one event each, and disarms what has reported.
// It stops short of the first that wants more thought, because it is stale or an
// end, and returns how many it did. That the loop calls nothing keeps it short:
// with a thousand events at once it is most of what a Wait adds to the kernel's
// own work.
func (t *table) deliver(events []Event, raw []backend.Event) int {
	slots := t.slots
	events = events[:len(raw)]
	for i := range raw {
		tok := raw[i].Token
		// Unsigned: as an int32 the highest indices would be negative.
		at := uint(tok.Index())
		if at >= uint(len(slots)) {
			return i
		}
		s := &slots[at]
		ready := raw[i].Ready & s.pass
		// One question for both ends of the range: nothing, and the end.
		if ready-1 >= backend.ReadyClosed-1 || s.generation != tok.Generation() {
			return i
		}
		events[i].Key, events[i].Ready = s.key, Readiness(ready)
		if s.mode.IsOneshot() {
			s.disarm()
		}
	}
	return len(raw)
}

// resolve returns the slot that a token names, or nil if the token is stale.
func (t *table) resolve(tok backend.Token) *slot {
	i := tok.Index()
	if i >= uint32(len(t.slots)) {
		return nil
	}
	s := &t.slots[i]
	if !s.live() || s.generation != tok.Generation() {
		return nil
	}
	return s
}

func (t *table) token(i uint32) backend.Token {
	return backend.MakeToken(i, t.slots[i].generation)
}

func (t *table) len() int { return len(t.slots) - len(t.free) }

// live goes through all registrations that the mechanism knows.
func (t *table) live() iter.Seq[backend.Registration] {
	return func(yield func(backend.Registration) bool) {
		for i := range t.slots {
			s := &t.slots[i]
			if s.live() && t.origins[i].handle != noHandle && !yield(backend.Registration{
				Handle: t.origins[i].handle, Token: t.token(uint32(i)), Interest: s.interest, Mode: s.mode, Armed: s.armed,
			}) {
				return
			}
		}
	}
}
