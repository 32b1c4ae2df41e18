package pollfd

import (
	"testing"

	"github.com/goetia-go/goetia/internal/backend"
)

// files simulates the process's descriptors: a number's open file, or none.
type files map[int32]uint64

func (f files) identify(fd int32) (identity, bool) {
	ino, open := f[fd]
	return identity{ino: ino}, open
}

func newSet(f files) *set { return &set{dialect: dialectOf("linux"), identify: f.identify} }

func (s *set) open(f files, index uint32, fd int32, ino uint64, in backend.Interest, mode backend.Mode) backend.Token {
	tok := backend.MakeToken(index, 1)
	f[fd] = ino
	s.add(tok, fd, identity{ino: ino}, in, mode)
	return tok
}

// answer copies the set and lets the kernel answer in to all that it watches.
func (s *set) answer(revents uint16) (copied []pollFD, ready int) {
	copied = append(copied, s.fds...)
	for i := range copied {
		if copied[i].fd >= 0 {
			copied[i].revents = revents
			ready++
		}
	}
	return copied, ready
}

func tokens(events []backend.Event) []uint32 {
	var list []uint32
	for _, ev := range events {
		list = append(list, ev.Token.Index())
	}
	return list
}

func TestHarvestRotates(t *testing.T) {
	f := files{}
	s := newSet(f)
	const sources = 7
	for i := range uint32(sources) {
		s.open(f, i, int32(i+3), uint64(i), backend.Readable, backend.Level)
	}
	events := make([]backend.Event, 3)
	counts := map[uint32]int{}
	for range sources {
		copied, ready := s.answer(commonIn)
		n := s.harvest(copied, s.changed, ready, events)
		if n != 3 {
			t.Fatalf("harvested %d of 7 ready sources, want 3", n)
		}
		for _, i := range tokens(events[:n]) {
			counts[i]++
		}
	}
	for i := range uint32(sources) {
		if counts[i] != 3 {
			t.Errorf("in 7 rounds of 3, source %d came out %d times, want 3 (all: %v)", i, counts[i], counts)
		}
	}
}

func TestOneshotDisarms(t *testing.T) {
	for _, mode := range []backend.Mode{backend.Oneshot, backend.EdgeOneshot, backend.Level} {
		f := files{}
		s := newSet(f)
		tok := s.open(f, 0, 3, 1, backend.Readable, mode)
		events := make([]backend.Event, 4)
		copied, ready := s.answer(commonIn)
		if n := s.harvest(copied, s.changed, ready, events); n != 1 {
			t.Fatalf("mode %d: %d events, want 1", mode, n)
		}
		if s.armed(s.find(tok)) == mode.IsOneshot() {
			t.Errorf("mode %d: armed is %v after an event", mode, s.armed(0))
		}
	}
}

func TestHarvestPassesOverWhatChanged(t *testing.T) {
	changes := map[string]func(s *set, tok backend.Token){
		"modified": func(s *set, tok backend.Token) { s.arm(s.find(tok), backend.Writable, backend.Level) },
		"deleted":  func(s *set, tok backend.Token) { s.remove(s.find(tok)) },
		"replaced": func(s *set, tok backend.Token) {
			s.remove(s.find(tok))
			s.add(backend.MakeToken(0, 2), 3, identity{ino: 1}, backend.Readable, backend.Level)
		},
	}
	for name, change := range changes {
		f := files{}
		s := newSet(f)
		tok := s.open(f, 0, 3, 1, backend.Readable, backend.Level)
		seen := s.changed
		copied, ready := s.answer(commonIn)
		change(s, tok)
		if n := s.harvest(copied, seen, ready, make([]backend.Event, 4)); n != 0 {
			t.Errorf("%s while the kernel looked: still reported", name)
		}
	}
}

func TestHarvestFollowsMoves(t *testing.T) {
	f := files{}
	s := newSet(f)
	first := s.open(f, 0, 3, 1, backend.Readable, backend.Level)
	last := s.open(f, 1, 4, 2, backend.Readable, backend.Level)
	seen := s.changed
	copied := append([]pollFD(nil), s.fds...)
	copied[0].revents = commonIn // an answer for the first, whose place the last takes
	s.remove(s.find(first))
	if n := s.harvest(copied, seen, 1, make([]backend.Event, 4)); n != 0 {
		t.Fatal("an answer for one registration was given to the one that took its place")
	}
	if s.find(last) != 0 || s.find(first) != -1 {
		t.Fatalf("positions after the move: %d, %d", s.find(last), s.find(first))
	}
	copied, ready := s.answer(commonIn)
	if n := s.harvest(copied, s.changed, ready, make([]backend.Event, 4)); n != 1 {
		t.Errorf("the moved registration is not reported afterwards")
	}
}

func TestClosedNumberIsForgotten(t *testing.T) {
	for name, tt := range map[string]struct {
		answer uint16
		happen func(f files)
	}{
		"closed":         {commonNval, func(f files) { delete(f, 3) }},
		"closed late":    {commonIn, func(f files) { delete(f, 3) }},
		"number in use":  {commonIn, func(f files) { f[3] = 99 }},
		"in use, hangup": {commonHup, func(f files) { f[3] = 99 }},
	} {
		f := files{}
		s := newSet(f)
		tok := s.open(f, 0, 3, 1, backend.Readable, backend.Oneshot)
		tt.happen(f)
		copied, ready := s.answer(tt.answer)
		if n := s.harvest(copied, s.changed, ready, make([]backend.Event, 4)); n != 0 {
			t.Errorf("%s: reported under the old token", name)
		}
		if s.find(tok) >= 0 || len(s.fds) != 0 {
			t.Errorf("%s: still registered", name)
		}
	}
}

func TestCovers(t *testing.T) {
	f := files{}
	s := newSet(f)
	tok := s.open(f, 0, 3, 1, backend.Readable|backend.Writable, backend.Level)
	seen := s.changed
	pos := s.find(tok)
	if !s.covers(pos, backend.Readable, seen) {
		t.Error("a copy that asks for more does not cover less")
	}
	if s.covers(pos, backend.AllInterests, seen) {
		t.Error("a copy covers what it does not ask for")
	}
	if s.covers(pos, backend.Readable, seen-1) {
		t.Error("a copy covers what came after it")
	}
	s.arm(pos, 0, backend.Level)
	if s.covers(pos, backend.Readable, s.changed) {
		t.Error("a disarmed entry is covered")
	}
}

// FuzzSet plays random registrations against a model that is a map.
func FuzzSet(f *testing.F) {
	f.Add([]byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
	f.Add([]byte{0, 0, 8, 8, 16, 16, 3, 3, 4, 4, 2, 2, 0, 0})
	f.Fuzz(func(t *testing.T, script []byte) {
		type reg struct {
			tok   backend.Token
			armed bool
			mode  backend.Mode
		}
		fs := files{}
		s := newSet(fs)
		model := map[uint32]*reg{}
		var generation uint32
		for len(script) >= 2 {
			op, i := script[0], uint32(script[1]%16)
			script = script[2:]
			m := model[i]
			mode := []backend.Mode{backend.Oneshot, backend.Level}[op>>3&1]
			in := backend.Interest(op >> 4 & 1)
			switch {
			case op&7 < 2 && m == nil:
				generation++
				tok := backend.MakeToken(i, generation)
				fs[int32(i)] = uint64(generation)
				s.add(tok, int32(i), identity{ino: uint64(generation)}, in, mode)
				model[i] = &reg{tok, in != 0, mode}
			case op&7 == 2 && m != nil:
				s.remove(s.find(m.tok))
				delete(model, i)
			case op&7 == 3 && m != nil:
				s.arm(s.find(m.tok), in, mode)
				m.armed, m.mode = in != 0, mode
			case op&7 == 4 && m != nil && fs[int32(i)] != 0:
				delete(fs, int32(i)) // closed behind our back
			case op&7 >= 5:
				copied, ready := s.answer(commonIn)
				events := make([]backend.Event, 1+op>>5)
				n := s.harvest(copied, s.changed, ready, events)
				reported := map[backend.Token]bool{}
				for _, ev := range events[:n] {
					m := model[ev.Token.Index()]
					if m == nil || m.tok != ev.Token || !m.armed || reported[ev.Token] || fs[int32(ev.Token.Index())] == 0 {
						t.Fatalf("event for %#x; model %+v", ev.Token, m)
					}
					reported[ev.Token] = true
					m.armed = !m.mode.IsOneshot()
				}
				for i, m := range model {
					if s.find(m.tok) < 0 {
						if fs[int32(i)] != 0 {
							t.Fatalf("an open source was forgotten")
						}
						delete(model, i)
					}
				}
			}
			if len(s.fds) != len(model) || len(s.entries) != len(model) {
				t.Fatalf("%d entries, model has %d", len(s.fds), len(model))
			}
			for _, m := range model {
				pos := s.find(m.tok)
				if pos < 0 || s.armed(pos) != m.armed {
					t.Fatalf("token %#x at %d; model %+v", m.tok, pos, m)
				}
			}
		}
	})
}
