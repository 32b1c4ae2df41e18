package wsapoll

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/goetia-go/goetia/internal/backend"
	"github.com/goetia-go/goetia/internal/sys/winsock"
)

// FuzzPoll plays a script against a model. When everybody has come to rest, a
// Wait that does not wait reports exactly what is armed and ready, since
// readiness is a level here.
func FuzzPoll(f *testing.F) {
	f.Add([]byte{0, 0, 8, 0, 3, 0, 6, 0, 3, 0, 6, 0, 2, 0, 6, 0})
	f.Add([]byte{1, 1, 9, 2, 17, 3, 0, 4, 0, 5, 3, 1, 3, 2, 3, 3, 4, 3, 6, 0, 5, 1, 6, 0, 7, 0})
	f.Add([]byte{0, 0, 4, 0, 6, 0, 0, 0, 6, 0, 3, 0, 6, 0})
	f.Fuzz(func(t *testing.T, script []byte) {
		if len(script) > 200 {
			return
		}
		synctest.Test(t, func(t *testing.T) { play(t, script) })
	})
}

// registered is what the model knows of a source.
type registered struct {
	h     uintptr
	tok   backend.Token
	in    backend.Interest
	mode  backend.Mode
	armed bool
	state uint16
	// closed since it was registered.
	closed bool
}

func (r *registered) expected() backend.Readiness {
	switch {
	case !r.armed:
		return 0
	case r.closed:
		return backend.ReadyClosed
	}
	return decode(r.state & (encode(r.in) | winsock.PollHup | winsock.PollErr)).Mask(r.in)
}

func play(t *testing.T, script []byte) {
	k := newFake()
	p := newPoll(k, 3, ^backend.Readiness(0))
	defer func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	}()
	model := map[int]*registered{}
	events := make([]backend.Event, 32)
	var generation uint32
	for ; len(script) >= 2; script = script[2:] {
		op, i := script[0], int(script[1]%8)
		r := model[i]
		in := backend.Interest(op >> 3 & 3)
		mode := []backend.Mode{backend.Oneshot, backend.Level}[op>>5&1]
		switch {
		case op&7 < 2 && r == nil:
			generation++
			r = &registered{tok: backend.MakeToken(uint32(i), generation), h: k.open(uint16(100 + generation)), in: in, mode: mode, armed: in != 0}
			if err := p.Add(r.h, r.tok, 0, in, mode); err != nil {
				t.Fatal(err)
			}
			model[i] = r
		case op&7 == 2 && r != nil && !r.closed:
			if err := p.Modify(r.h, r.tok, in, mode); err != nil {
				t.Fatal(err)
			}
			r.in, r.mode, r.armed = in, mode, in != 0
		case op&7 == 3 && r != nil && !r.closed:
			r.state = []uint16{
				0, winsock.PollRdNorm, winsock.PollWrNorm, winsock.PollRdNorm | winsock.PollWrNorm,
				winsock.PollHup, winsock.PollHup | winsock.PollWrNorm, winsock.PollErr, winsock.PollErr | winsock.PollHup,
			}[op>>3&7]
			k.set(r.h, r.state)
		case op&7 == 4 && r != nil && !r.closed:
			synctest.Wait() // so that its group, if it has it, sleeps
			if err := k.close(r.h); err != nil {
				t.Fatal(err)
			}
			r.closed = true
		case op&7 == 5 && r != nil:
			if err := p.Delete(r.h, r.tok); err != nil {
				t.Fatal(err)
			}
			delete(model, i)
		case op&7 == 6:
			examine(t, p, events, model)
		}
	}
	examine(t, p, events, model)
}

// examine compares one Wait with the model.
func examine(t *testing.T, p *Poll, events []backend.Event, model map[int]*registered) {
	// The groups must have come to look at what is shut.
	time.Sleep(2 * (firstPatience + shutTick) * time.Millisecond)
	synctest.Wait()
	n, err := p.Wait(events, 0)
	if err != nil {
		t.Fatal(err)
	}
	got := map[backend.Token]backend.Readiness{}
	for _, ev := range events[:n] {
		if got[ev.Token] != 0 {
			t.Fatalf("token %#x twice in one Wait", ev.Token)
		}
		got[ev.Token] = ev.Ready
	}
	for i, r := range model {
		want := r.expected()
		if got[r.tok] != want {
			t.Fatalf("token %#x: got %#x, want %#x; model %+v", r.tok, got[r.tok], want, *r)
		}
		delete(got, r.tok)
		switch {
		case want == backend.ReadyClosed:
			delete(model, i)
		case want != 0 && r.mode.IsOneshot():
			r.armed = false
		}
	}
	if len(got) != 0 {
		t.Fatalf("events of nobody: %v", got)
	}
}

// TestChangesBesideWait lets changes, traffic and notifications race with a
// Wait, for the race detector, and sees that a last change is reported.
func TestChangesBesideWait(t *testing.T) {
	k := newFake()
	p := newPoll(k, 4, ^backend.Readiness(0))
	const sources, rounds = 12, 300
	var changing sync.Mutex // as the Poller does
	var wg sync.WaitGroup
	handles := make([]uintptr, sources)
	for i := range handles {
		handles[i] = k.open(uint16(100 + i))
	}
	for i := range sources {
		wg.Go(func() {
			h := handles[i]
			for g := range uint32(rounds) {
				tok := backend.MakeToken(uint32(i), g+1)
				mode := []backend.Mode{backend.Oneshot, backend.Level}[g%2]
				change := func(do func() error) {
					changing.Lock()
					defer changing.Unlock()
					if err := do(); err != nil {
						t.Error(err)
					}
				}
				change(func() error { return p.Add(h, tok, 0, backend.Readable, mode) })
				k.set(h, winsock.PollRdNorm)
				change(func() error { return p.Modify(h, tok, backend.Readable|backend.Writable, mode) })
				k.set(h, 0)
				if g == rounds-1 {
					k.set(h, winsock.PollRdNorm)
					change(func() error { return p.Modify(h, tok, backend.Readable, backend.Oneshot) })
					return
				}
				change(p.Notify)
				change(func() error { return p.Delete(h, tok) })
			}
		})
	}
	seen := map[backend.Token]bool{}
	events := make([]backend.Event, 5)
	for deadline := time.Now().Add(30 * time.Second); len(seen) < sources && time.Now().Before(deadline); {
		n, err := p.Wait(events, 100*time.Millisecond)
		if err != nil {
			t.Fatal(err)
		}
		for _, ev := range events[:n] {
			if ev.Token.Generation() == rounds {
				seen[ev.Token] = true
			}
		}
	}
	wg.Wait()
	if len(seen) < sources {
		t.Errorf("%d of %d sources were reported at last", len(seen), sources)
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}
	if n := k.openSockets(); n != sources {
		t.Errorf("%d sockets are left", n-sources)
	}
}
