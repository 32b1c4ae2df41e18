package afd

import (
	"errors"
	"testing"
	"testing/synctest"

	"github.com/goetia-go/goetia/internal/backend"
	"github.com/goetia-go/goetia/internal/sys/afd"
)

// model is what a user of the machine may rely on.
type model struct {
	tokens map[uintptr]backend.Token // registered, by handle number
	info   map[backend.Token]*registration
}

type registration struct {
	h     uintptr
	in    backend.Interest
	mode  backend.Mode
	armed bool
	shut  bool // its socket was closed
}

// FuzzMachine drives the machine and the simulated driver with arbitrary
// operations. The driver fails the test on two polls of one socket; the rest is
// checked here: tokens, interests, oneshot, and that nothing is lost.
func FuzzMachine(f *testing.F) {
	f.Add([]byte{0, 0, 1, 0, 2, 0, 3, 0})
	f.Add([]byte("\x00\x01\x04\x03\x09\x01\x06\x02\x05\x01\x09\x00\x03\x01\x00\x01"))
	f.Add([]byte{0, 1, 5, 1, 0, 1, 9, 1, 7, 1, 1, 0x91, 9, 0, 3, 1, 8, 1, 0, 1})
	f.Fuzz(func(t *testing.T, ops []byte) {
		if len(ops) > 400 {
			return
		}
		// In a bubble: an Add may wait for a packet that is held back, as long as it likes.
		synctest.Test(t, func(t *testing.T) { play(t, ops) })
	})
}

func play(t *testing.T, ops []byte) {
	var flags byte
	if len(ops) > 0 {
		flags = ops[0]
	}
	r := newRig(t, func(d *driver) {
		d.inline = flags&0x80 == 0
		d.lateSuccess = flags&0x40 != 0
	})
	m := model{map[uintptr]backend.Token{}, map[backend.Token]*registration{}}
	gen := uint32(0)
	for i := 0; i+1 < len(ops); i += 2 {
		op, arg := ops[i]%10, ops[i+1]
		h := uintptr(4 * (arg%5 + 1))
		in := backend.Interest(arg>>3) & 3
		mode := []backend.Mode{backend.Oneshot, backend.Level}[arg>>7]
		e := r.d.sockets[h]
		if e == nil {
			e = r.d.open(h)
		}
		switch op {
		case 0, 1:
			gen++
			old := m.tokens[h]
			// Live registrations never share an index.
			tk := tok(2*uint32(h)+1-old.Index()%2, gen)
			id := r.lookup(old)
			polled := id != 0 && r.socks.at(id).state != idle && len(e.polls) > 0
			err := r.Add(h, tk, old, in, mode)
			switch {
			case err == nil:
				if reg := m.info[old]; reg != nil && !reg.shut && polled {
					t.Fatalf("a standing registration was replaced: %+v", reg)
				}
				delete(m.info, old)
				m.tokens[h] = tk
				m.info[tk] = &registration{h: h, in: in, mode: mode, armed: true}
			case errors.Is(err, backend.ErrExists) && old != 0:
			default:
				t.Fatalf("add: %v", err)
			}
		case 2, 3:
			tk := m.tokens[h]
			reg := m.info[tk]
			if reg == nil {
				break
			}
			if err := r.Modify(h, tk, in, mode); err != nil {
				if reg.shut {
					break
				}
				t.Fatalf("modify: %v", err)
			}
			reg.in, reg.mode, reg.armed = in, mode, true
		case 4:
			if tk := m.tokens[h]; tk != 0 {
				if err := r.Delete(h, tk); err != nil {
					t.Fatalf("delete: %v", err)
				}
				delete(m.info, tk)
				delete(m.tokens, h)
			}
		case 5:
			r.d.closeSocket(h)
			if reg := m.info[m.tokens[h]]; reg != nil {
				reg.shut = true
			}
		case 6:
			r.d.mu.Lock()
			r.d.keepPackets = true
			r.d.mu.Unlock()
		case 7:
			r.d.release()
		case 8:
			ready := []uint32{0, afd.PollReceive, afd.PollSend, afd.PollReceive | afd.PollSend, afd.PollAbort}[arg>>4%5]
			r.d.set(e, ready)
		case 9:
			m.wait(t, r)
		}
	}
	m.settleAndCheck(t, r)
}

func (m *model) wait(t *testing.T, r *rig) map[backend.Token]bool {
	var events [4]backend.Event
	n, err := r.Wait(events[:], 0)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[backend.Token]bool{}
	for _, ev := range events[:n] {
		reg := m.info[ev.Token]
		if reg == nil {
			t.Fatalf("event of an unknown or deleted token: %+v", ev)
		}
		if seen[ev.Token] {
			t.Fatalf("two events of one token in one wait: %v", events[:n])
		}
		seen[ev.Token] = true
		if ev.Ready == backend.ReadyClosed {
			if !reg.shut {
				t.Fatalf("closed, but it is open: %+v", reg)
			}
			delete(m.info, ev.Token)
			if m.tokens[reg.h] == ev.Token {
				delete(m.tokens, reg.h)
			}
			continue
		}
		if ev.Ready == 0 || ev.Ready.Mask(reg.in) != ev.Ready {
			t.Fatalf("%b reported to interest %b", ev.Ready, reg.in)
		}
		if !reg.armed {
			t.Fatalf("event of a disarmed registration: %+v", ev)
		}
		if reg.mode.IsOneshot() {
			reg.armed = false
		}
	}
	return seen
}

// settleAndCheck releases everything that is held back and requires that every
// armed registration of a ready, open socket is reported.
func (m *model) settleAndCheck(t *testing.T, r *rig) {
	r.d.release()
	want := map[backend.Token]bool{}
	for tk, reg := range m.info {
		e := r.d.sockets[reg.h]
		if !reg.shut && reg.armed && e != nil && m.tokens[reg.h] == tk && e.ready&encode(reg.in) != 0 && reg.in != 0 {
			want[tk] = true
		}
	}
	for range 40 {
		for tk := range m.wait(t, r) {
			delete(want, tk)
		}
	}
	if len(want) > 0 {
		t.Fatalf("ready and armed, but never reported: %v", want)
	}
}
