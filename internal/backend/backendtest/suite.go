package backendtest

import (
	"slices"
	"testing"
	"time"

	"github.com/goetia-go/goetia/internal/backend"
)

// Subject is what the suite examines: a Poller, described with the contract's
// own types. The Token of an event is the key that the source was added with.
type Subject interface {
	Add(h uintptr, key uint64, in backend.Interest, mode backend.Mode) error
	Modify(h uintptr, key uint64, in backend.Interest, mode backend.Mode) error
	Delete(h uintptr) error
	Wait(events []backend.Event, timeout time.Duration) (int, error)
	Notify() error
	Features() backend.Features
	Counters() backend.Counters
	Close() error
}

// Network is implemented by a Subject whose sources are not sockets of this
// system. The cases that need real sockets are then skipped, and such a suite may run
// beside others of its kind: what cannot be told apart then, the processor time of the
// whole process, is not looked at.
type Network interface {
	// Pair makes two connected streams.
	Pair() (Endpoint, Endpoint, error)
}

// patience is how long a case waits for what must happen. It is generous:
// only a failing case ever takes so long.
const patience = 10 * time.Second

// testCase is one entry of the suite's table.
type testCase struct {
	name string
	// shows says in a sentence what a mechanism has that passes.
	shows string
	// modes are those that the case makes sense for. Without any it runs
	// once, in the oneshot mode that every mechanism has.
	modes []backend.Mode
	// needs returns why a mechanism with such Features cannot pass, or "".
	needs func(f backend.Features) string
	// real: needs sockets of this system.
	real bool
	// alone: measures time, processor or memory, or needs the machine's
	// descriptors for itself, so nothing runs beside it. Where the sources are
	// simulated, nothing that shares their kernel does.
	alone bool
	run   func(e *env)
}

var (
	everyMode    = []backend.Mode{backend.Oneshot, backend.Level, backend.Edge, backend.EdgeOneshot}
	oneshotModes = []backend.Mode{backend.Oneshot, backend.EdgeOneshot}
	edgeModes    = []backend.Mode{backend.Edge, backend.EdgeOneshot}
)

// suite joins the themes, one file each.
func suite() []testCase {
	var all []testCase
	for _, theme := range [][]testCase{
		registrationCases, descriptorCases, modeCases, readinessCases, connectCases,
		changeCases, waiterCases, notifyCases, timeoutCases, batchCases,
		closingCases, reuseCases, lifecycleCases,
		idleCases, processCases, stressCases, scaleCases,
	} {
		all = append(all, theme...)
	}
	return all
}

// Run holds the mechanism that open opens to the contract. open is called for
// each case and mode; it ends the test by itself if it cannot.
func Run(t *testing.T, open func(t *testing.T) Subject) { RunWith(t, Options{}, open) }

// Options are how a run of the suite differs from the full one.
type Options struct {
	// Except are cases to leave out, by name, with the reason. It is for kernels that are
	// known to be wrong; a mechanism that lacks something says so in its Features.
	Except map[string]string
	// Brief has races repeated a fifth as often, and sources deleted in flight ten
	// thousand times and not a hundred thousand. It is for a mechanism that another run
	// of the suite examines in full.
	Brief bool
}

// RunWith is Run with Options.
func RunWith(t *testing.T, o Options, open func(t *testing.T) Subject) {
	for name := range o.Except {
		if !slices.ContainsFunc(suite(), func(c testCase) bool { return c.name == name }) {
			t.Errorf("there is no case %q to leave out", name)
		}
	}
	first := open(t)
	features := first.Features()
	_, simulated := first.(Network)
	if err := first.Close(); err != nil {
		t.Fatalf("Close of a Poller that was never used: %v", err)
	}
	for _, c := range suite() {
		t.Run(c.name, func(t *testing.T) {
			if why := o.Except[c.name]; why != "" {
				t.Skip(why)
			}
			if c.real && simulated {
				t.Skip("needs sockets of this system, and the sources here are simulated")
			}
			if c.needs != nil {
				if why := c.needs(features); why != "" {
					t.Skip(why)
				}
			}
			runModes(t, c, features, o.Brief, open)
		})
	}
}

func runModes(t *testing.T, c testCase, features backend.Features, brief bool, open func(t *testing.T) Subject) {
	if len(c.modes) == 0 {
		runOne(t, c, backend.Oneshot, brief, open)
		return
	}
	for _, m := range c.modes {
		t.Run(modeName(m), func(t *testing.T) {
			if !features.Supports(m) {
				t.Skipf("the mechanism has no %s mode", modeName(m))
			}
			runOne(t, c, m, brief, open)
		})
	}
}

func runOne(t *testing.T, c testCase, m backend.Mode, brief bool, open func(t *testing.T) Subject) {
	if !c.alone {
		t.Parallel()
	}
	t.Logf("shows: %s", c.shows)
	e := newEnv(t, open, m, brief)
	if !e.simulated() {
		requireSockets(t)
	}
	// Early, so that the fence cannot get a number that the case has closed.
	e.makeFence()
	c.run(e)
}

func needsInterest(in backend.Interest) func(backend.Features) string {
	return func(f backend.Features) string {
		if f.Interests&in != in {
			return "the mechanism cannot be asked for " + readinessNames(backend.Readiness(in&^f.Interests))
		}
		return ""
	}
}

func needsReadiness(r backend.Readiness) func(backend.Features) string {
	return func(f backend.Features) string {
		if f.Readiness&r != r {
			return "the mechanism cannot report " + readinessNames(r&^f.Readiness)
		}
		return ""
	}
}
