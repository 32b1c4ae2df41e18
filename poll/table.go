package poll

import (
	"iter"

	"github.com/goetia-go/goetia/internal/backend"
)

// table holds the registrations: slots that are reused, each use under a new
// generation. It holds no pointers, so the garbage collector does not scan it.
type table struct {
	slots    []slot
	free     []uint32
	byHandle map[uintptr]uint32
}

type slot struct {
	key        Key
	handle     uintptr
	source     uint64
	generation uint32
	interest   backend.Interest
	mode       backend.Mode
	live       bool
	// armed is false once a oneshot registration has reported.
	armed bool
}

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
	s := &t.slots[i]
	s.key, s.handle, s.source = key, src.handle, src.id
	s.interest, s.mode = in, mode
	s.live, s.armed = true, true
	t.byHandle[src.handle] = i
}

// release ends a slot's use, live or reserved.
func (t *table) release(i uint32) {
	s := &t.slots[i]
	if s.live {
		if j, ok := t.byHandle[s.handle]; ok && j == i {
			delete(t.byHandle, s.handle)
		}
	}
	s.live = false
	t.free = append(t.free, i)
}

// find returns the live slot of a handle number.
func (t *table) find(h uintptr) (uint32, *slot) {
	i, ok := t.byHandle[h]
	if !ok {
		return 0, nil
	}
	return i, &t.slots[i]
}

// resolve returns the slot that a token names, or nil if the token is stale.
func (t *table) resolve(tok backend.Token) *slot {
	i := tok.Index()
	if i >= uint32(len(t.slots)) {
		return nil
	}
	s := &t.slots[i]
	if !s.live || s.generation != tok.Generation() {
		return nil
	}
	return s
}

func (t *table) token(i uint32) backend.Token {
	return backend.MakeToken(i, t.slots[i].generation)
}

func (t *table) len() int { return len(t.slots) - len(t.free) }

// live goes through all registrations.
func (t *table) live() iter.Seq[backend.Registration] {
	return func(yield func(backend.Registration) bool) {
		for i := range t.slots {
			s := &t.slots[i]
			if s.live && !yield(backend.Registration{
				Handle: s.handle, Token: t.token(uint32(i)), Interest: s.interest, Mode: s.mode, Armed: s.armed,
			}) {
				return
			}
		}
	}
}
