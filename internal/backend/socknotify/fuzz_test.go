package socknotify_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/goetia-go/goetia/internal/backend"
	"github.com/goetia-go/goetia/internal/backend/sim"
	"github.com/goetia-go/goetia/internal/backend/socknotify/socknotifytest"
)

// user is somebody who keeps the Poller's side of the contract, and knows what may and
// what must be reported.
type user struct {
	t       *testing.T
	w       world
	sources [4]*sim.Source
	tokens  [4]backend.Token // of the registration under the source's number, or zero
	uses    uint32
	// undecidable: a removal comes late and ends what was registered since, or keys
	// can be changed. Then nothing tells a registration that stands from one whose
	// socket was closed.
	undecidable bool
	regs        map[backend.Token]*registration
}

type registration struct {
	s     *sim.Source
	in    backend.Interest
	mode  backend.Mode
	armed bool
	// due: not told since it was armed or became ready. had is all that the source
	// has been ready for.
	due bool
	had backend.Readiness
}

// FuzzMachine drives the mechanism over the model with arbitrary operations and quirks.
// The simulated sources panic if they are misused; what is checked here is that events
// are of registrations that stand, ask for what is told and are armed, that each comes
// once in a batch, and that in the end nothing that is ready is missing.
func FuzzMachine(f *testing.F) {
	f.Add([]byte{0, 0, 0, 1, 0, 2, 0, 3, 0})
	f.Add([]byte("\x1f\x00\x01\x04\x03\x06\x01\x05\x02\x00\x01\x06\x00"))
	f.Add([]byte{5, 0, 9, 3, 9, 2, 9, 0, 9, 6, 1, 1, 0x45, 6, 9})
	f.Add([]byte{9, 0, 0x7c, 3, 0, 6, 0, 4, 0, 1, 0x0c, 6, 0, 5, 0, 0, 0x0c, 6, 3})
	// What has failed once: removals that come late, or not for whom one thinks.
	for _, s := range []string{
		"7B2171>A717Y717",
		"7B2171>A7Y7B71717",
		"7B2171>A717B72'",
		"71&B211A111110",
		"7B2171>A717Y7101017",
		"7B2171>A717B7170",
		"7B2171>A7Y71710A71>",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, ops []byte) {
		if len(ops) == 0 || len(ops) > 300 {
			return
		}
		synctest.Test(t, func(t *testing.T) { drive(t, socknotifytest.Quirk(ops[0]&0x7f), ops[1:]) })
	})
}

func drive(t *testing.T, q socknotifytest.Quirk, ops []byte) {
	u := &user{t: t, regs: make(map[backend.Token]*registration)}
	p, _ := u.w.open(t, q)
	u.undecidable = q&socknotifytest.Late != 0 && q&socknotifytest.Revive != 0 || q&socknotifytest.Overwrite != 0
	for i := range u.sources {
		u.sources[i] = u.w.NewSource()
	}
	for ; len(ops) >= 2; ops = ops[2:] {
		i, arg := int(ops[1]&3), ops[1]
		s, in, mode := u.sources[i], backend.Interest(arg>>2&3), backend.Mode(arg>>4&3)
		old := u.tokens[i]
		switch ops[0] % 7 {
		case 0:
			u.uses++
			tok := backend.MakeToken(uint32(i)+4*(u.uses&1), u.uses)
			if u.uses&1 == old.Index()/4 && old != 0 {
				continue // the index is taken
			}
			switch err := p.Add(s.Handle(), tok, old, in, mode); {
			case err == nil && old != 0 && u.regs[old].s == s && !u.undecidable:
				t.Fatalf("added twice")
			case err == nil:
				delete(u.regs, old)
				u.tokens[i], u.regs[tok] = tok, &registration{s: s}
				u.arm(u.regs[tok], in, mode)
			case !errors.Is(err, backend.ErrExists) || old == 0 || u.regs[old].s != s && !u.undecidable:
				t.Fatalf("Add: %v", err)
			}
		case 1:
			if old == 0 {
				continue
			}
			switch err := p.Modify(s.Handle(), old, in, mode); {
			case err == nil:
				u.arm(u.regs[old], in, mode)
			case (u.regs[old].s != s || u.undecidable) && errors.Is(err, backend.ErrNotFound):
				delete(u.regs, old)
				u.tokens[i] = 0
			default:
				t.Fatalf("Modify: %v", err)
			}
		case 2:
			if old == 0 {
				continue
			}
			if err := p.Delete(s.Handle(), old); err != nil {
				t.Fatalf("Delete: %v", err)
			}
			delete(u.regs, old)
			u.tokens[i] = 0
		case 3:
			before := s.Ready()
			s.SetReadable(arg&0x80 == 0)
			u.became(s, before)
		case 4:
			before := s.Ready()
			s.SetWritable(arg&0x80 == 0)
			u.became(s, before)
		case 5:
			s.Close()
			u.sources[i] = u.w.NewSource()
			if u.sources[i].Handle() != s.Handle() {
				t.Fatal("the number was not used again")
			}
		case 6:
			u.wait(p, 1+int(arg>>5))
		}
	}
	for range 40 {
		u.wait(p, 4)
	}
	// Level mode tells it in every Wait.
	for _, r := range u.regs {
		if r.mode == backend.Level {
			r.due = true
		}
	}
	u.wait(p, 8)
	for _, r := range u.regs {
		missing := r.s.Ready().Mask(r.in) & (backend.ReadyReadable | backend.ReadyWritable)
		if r.armed && r.due && missing != 0 && u.w.Lookup(r.s.Handle()) == r.s {
			t.Errorf("interest %d in mode %d: %#x was not told", r.in, r.mode, missing)
		}
	}
}

func (u *user) arm(r *registration, in backend.Interest, mode backend.Mode) {
	r.in, r.mode, r.armed, r.due = in, mode, in != 0, true
	r.had |= r.s.Ready()
}

// became makes what was not the case before worth an event.
func (u *user) became(s *sim.Source, before backend.Readiness) {
	for _, r := range u.regs {
		if r.s != s {
			continue
		}
		r.had |= s.Ready()
		if (s.Ready() &^ before).Mask(r.in) != 0 {
			r.due = true
		}
	}
}

func (u *user) wait(p interface {
	Wait(events []backend.Event, timeout time.Duration) (int, error)
}, room int,
) {
	buf := make([]backend.Event, room)
	n, err := p.Wait(buf, 0)
	if err != nil {
		u.t.Fatalf("Wait: %v", err)
	}
	seen := make(map[backend.Token]bool)
	for _, ev := range buf[:n] {
		r := u.regs[ev.Token]
		if r == nil || seen[ev.Token] || !r.armed || ev.Ready == 0 || ev.Ready&^ev.Ready.Mask(r.in) != 0 {
			u.t.Fatalf("got %+v of %+v", ev, r)
		}
		if ev.Ready&^r.had != 0 && !u.undecidable {
			u.t.Fatalf("got %+v of %+v, which was never ready for that", ev, r)
		}
		seen[ev.Token] = true
		r.due = false
		if r.mode.IsOneshot() {
			r.armed = false
		}
	}
}
