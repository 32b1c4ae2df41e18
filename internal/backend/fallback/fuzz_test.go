package fallback

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/goetia-go/goetia/internal/backend"
	"github.com/goetia-go/goetia/internal/backend/sim"
)

// FuzzPoll plays a script against a model: a Wait that does not wait reports
// exactly what is armed and ready, whoever serves it. The simulated mechanisms
// panic when the contract's other side is broken.
func FuzzPoll(f *testing.F) {
	f.Add([]byte{0, 0, 1, 1, 4, 0, 4, 1, 6, 0, 2, 0, 6, 0, 3, 0, 3, 1, 6, 0})
	f.Add([]byte{0, 1, 12, 1, 6, 0, 5, 1, 0, 0, 0, 1, 7, 0, 20, 3, 20, 1, 6, 2})
	f.Fuzz(func(t *testing.T, script []byte) {
		if len(script) > 200 {
			return
		}
		synctest.Test(t, func(t *testing.T) { play(t, script) })
	})
}

type registered struct {
	s     *sim.Source
	tok   backend.Token
	mode  backend.Mode
	armed bool
}

func play(t *testing.T, script []byte) {
	var k sim.Kernel
	layered := map[uintptr]bool{}
	p := New(&recorder{
		Poll: k.Open(sim.Config{}), calls: new([]string),
		refuses: func(h uintptr) bool { return layered[h] },
	}, func() (backend.Backend, error) { return k.Open(sim.Config{}), nil })
	defer func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	}()
	model := map[int]*registered{}
	events := make([]backend.Event, 16)
	var generation uint32
	for ; len(script) >= 2; script = script[2:] {
		op, i := script[0], int(script[1]%8)
		r := model[i]
		mode := []backend.Mode{backend.Oneshot, backend.Level}[op>>3&1]
		var err error
		switch {
		case op&7 < 2 && r == nil:
			generation++
			r = &registered{s: k.NewSource(), tok: backend.MakeToken(uint32(i), generation), mode: mode, armed: true}
			layered[r.s.Handle()] = op&7 == 1
			err = p.Add(r.s.Handle(), r.tok, 0, backend.Readable, mode)
			model[i] = r
		case op&7 == 2 && r != nil:
			err = p.Modify(r.s.Handle(), r.tok, backend.Readable, mode)
			r.mode, r.armed = mode, true
		case op&7 == 3 && r != nil:
			err = p.Delete(r.s.Handle(), r.tok)
			r.s.Close()
			delete(model, i)
		case op&7 == 4 && r != nil:
			r.s.SetReadable(op>>3&1 == 0)
		case op&7 == 5 && r != nil:
			// The number changes hands, perhaps also from one mechanism to
			// the other.
			old := *r
			r.s.Close()
			fresh := k.NewSource()
			for fresh.Handle() != old.s.Handle() {
				defer fresh.Close() // a lower number that was free
				fresh = k.NewSource()
			}
			generation++
			layered[fresh.Handle()] = op>>3&1 == 1
			*r = registered{s: fresh, tok: backend.MakeToken(uint32(i+8), generation), mode: mode, armed: true}
			err = p.Add(fresh.Handle(), r.tok, old.tok, backend.Readable, mode)
			if err == nil {
				// Back to an index that the model knows.
				err = p.Delete(fresh.Handle(), r.tok)
			}
			fresh.Close()
			delete(model, i)
		case op&7 == 6:
			examine(t, p, events, model, 0)
		case op&7 == 7:
			examine(t, p, events, model, time.Second)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	examine(t, p, events, model, 0)
}

func examine(t *testing.T, p *Poll, events []backend.Event, model map[int]*registered, timeout time.Duration) {
	want := map[backend.Token]*registered{}
	for _, r := range model {
		if r.armed && r.s.Ready()&backend.ReadyReadable != 0 {
			want[r.tok] = r
		}
	}
	n, err := p.Wait(events, timeout)
	for n == 0 && err == nil && len(want) > 0 && timeout > 0 {
		n, err = p.Wait(events, timeout) // it may return early
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, ev := range events[:n] {
		r := want[ev.Token]
		if r == nil || ev.Ready != backend.ReadyReadable {
			t.Fatalf("event %+v of a source that is not armed and ready, or twice", ev)
		}
		delete(want, ev.Token)
		r.armed = !r.mode.IsOneshot()
	}
	if len(want) > 0 {
		t.Fatalf("%d armed and ready sources were not reported (got %+v)", len(want), events[:n])
	}
}
