package faulty

import (
	"fmt"

	"github.com/goetia-go/goetia/internal/backend"
)

// Plan says what goes wrong. The chances lie between 0 (never) and 1 (always).
type Plan struct {
	Seed uint64

	// Fail lists calls that return an error instead of reaching the backend.
	Fail []Failure

	// Early is the chance that a Wait returns nothing at once.
	Early float64
	// Unknown is the chance that a Wait also reports a token that nobody has.
	Unknown float64
	// Stale is the chance, per event, that the same index is also reported
	// with a generation that is past or to come.
	Stale float64
	// Unasked is the chance, per event, of conditions that do not hold.
	Unasked float64
	// Delay is the chance, per event, that it comes one to three Waits later.
	Delay float64
	// Duplicate is the chance, per event, that it comes once more, one to
	// three Waits later.
	Duplicate float64
}

// Call names a method of a backend.
type Call string

// The calls that can be made to fail.
const (
	Add    Call = "Add"
	Modify Call = "Modify"
	Delete Call = "Delete"
	Wait   Call = "Wait"
	Notify Call = "Notify"
)

// Failure makes one call fail.
type Failure struct {
	Call Call
	// Nth counts the calls of that name from 1.
	Nth int
	Err error
}

// Kind names what was done.
type Kind string

// The kinds of faults.
const (
	Failed     Kind = "failed"
	Early      Kind = "early return"
	Unknown    Kind = "unknown token"
	Stale      Kind = "wrong generation"
	Unasked    Kind = "unasked condition"
	Delayed    Kind = "delayed"
	Duplicated Kind = "duplicated"
)

// Fault is one thing that was done, and when: at the Nth call of that name.
type Fault struct {
	Kind  Kind
	Call  Call
	Nth   int
	Event backend.Event
}

// String says what was done, at which call, and to which event if it was done to one.
func (f Fault) String() string {
	s := fmt.Sprintf("%s at %s %d", f.Kind, f.Call, f.Nth)
	if f.Event != (backend.Event{}) {
		s += fmt.Sprintf(" (index %d, generation %d, readiness %08b)",
			f.Event.Token.Index(), f.Event.Token.Generation(), f.Event.Ready)
	}
	return s
}
