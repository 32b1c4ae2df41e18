package poll

import (
	"errors"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/goetia-go/goetia/internal/backend"
	"github.com/goetia-go/goetia/internal/backend/backendtest"
)

// TestConformance holds every mechanism of this system to the contract.
func TestConformance(t *testing.T) {
	for _, m := range testedMechanisms(t) {
		t.Run(string(m), func(t *testing.T) {
			backendtest.Run(t, func(t *testing.T) backendtest.Subject {
				return subject{openTested(t, m)}
			})
		})
	}
}

// testedMechanisms are those of this system, or the one that is forced.
func testedMechanisms(t testing.TB) []Mechanism {
	all := Mechanisms()
	if forced == "" {
		return all
	}
	if !slices.Contains(all, forced) {
		t.Fatalf("%s=%s is not among this system's %v", forceVariable, forced, all)
	}
	return []Mechanism{forced}
}

// onceForAll is called by what depends on no mechanism of this system, to be run once
// where the tests run once for each.
func onceForAll(t testing.TB) {
	if os.Getenv("GOETIA_SIMULATED") == "no" {
		t.Skip("this run is about a kernel or a user, and nothing here depends on either")
	}
	if all := Mechanisms(); forced != "" && len(all) > 0 && forced != all[0] {
		t.Skipf("nothing here depends on %s; the run of %s has shown it", forced, all[0])
	}
}

// openTested opens a Poller, which the caller closes, or skips where the kernel
// lacks the mechanism. Forced on a machine that is to show it, that is a failure.
func openTested(t testing.TB, m Mechanism) *Poller {
	t.Helper()
	p, err := newPatiently(m)
	switch {
	case err == nil:
		return p
	case forced != "" && os.Getenv("CI") != "", !errors.Is(err, ErrUnsupported):
		t.Fatalf("this kernel cannot do %s: %v", m, err)
	}
	t.Skipf("this kernel cannot do %s: %v", m, err)
	return nil
}

// modelled is how mechanisms are examined whose kernel is a model, over simulated sources: in
// full, but for a run with the race detector, which sees an access that races at once.
var modelled = backendtest.Options{Brief: raceEnabled}

// likeRaced skips a variant in a run with the race detector: its kernel answers differently from
// that of another one, by which nothing more runs beside something else.
func likeRaced(t *testing.T, name string, raced ...string) {
	if raceEnabled && !slices.Contains(raced, name) {
		t.Skipf("to the race detector it is like %v", raced)
	}
}

// overSockets is how they are examined once more with this system's sockets, as are
// combinations of mechanisms that have been examined alone. That is about the sockets; and
// each call to the model costs several to the kernel.
var overSockets = backendtest.Options{Brief: true}

// subject describes a Poller with the contract's types, as the suite wants it.
type subject struct{ p *Poller }

func (s subject) Add(h uintptr, key uint64, in backend.Interest, mode backend.Mode) error {
	return s.p.Add(FD(h), Key(key), Interest(in), Mode(mode))
}

func (s subject) Modify(h uintptr, key uint64, in backend.Interest, mode backend.Mode) error {
	return s.p.Modify(FD(h), Key(key), Interest(in), Mode(mode))
}

func (s subject) Delete(h uintptr) error { return s.p.Delete(FD(h)) }

func (s subject) Wait(events []backend.Event, timeout time.Duration) (int, error) {
	own := make([]Event, len(events))
	n, err := s.p.Wait(own, timeout)
	for i, ev := range own[:n] {
		events[i] = backend.Event{Token: backend.Token(ev.Key), Ready: backend.Readiness(ev.Ready)}
	}
	return n, err
}

func (s subject) Notify() error              { return s.p.Notify() }
func (s subject) Features() backend.Features { return s.p.b.Features() }
func (s subject) Counters() backend.Counters { return backend.Counters(s.p.Stats().Kernel) }
func (s subject) Close() error               { return s.p.Close() }
