package doctor

import (
	"time"

	"github.com/goetia-go/goetia/poll"
)

// Report is the whole examination.
type Report struct {
	// Default is the mechanism that New takes by itself; empty if it can
	// have none, and then Refusal says why.
	Default    poll.Mechanism
	Refusal    error
	Mechanisms []Mechanism
}

// OK says that the mechanism which matters works: the only one examined, or the
// default one.
func (r *Report) OK() bool {
	for i := range r.Mechanisms {
		if m := &r.Mechanisms[i]; m.Name == r.Default || len(r.Mechanisms) == 1 {
			return m.OK()
		}
	}
	return false
}

// Mechanism is one mechanism's part.
type Mechanism struct {
	Name poll.Mechanism
	// Steps are the stages of opening it. It ends with the first that failed
	// and was needed.
	Steps []poll.Step
	// Features are its own account; they are zero if it cannot be had.
	Features poll.Features
	// Checks are what it was seen to do.
	Checks []Check
}

// Available says that it could be opened.
func (m *Mechanism) Available() bool {
	for _, s := range m.Steps {
		if s.Err != nil && !s.Optional {
			return false
		}
	}
	return len(m.Steps) > 0
}

// OK says that it could be opened and passed every check.
func (m *Mechanism) OK() bool {
	for _, c := range m.Checks {
		if c.Err != nil {
			return false
		}
	}
	return m.Available() && len(m.Checks) > 0
}

// Check is one thing that was tried.
type Check struct {
	Name string
	Err  error
	// Rounds is how often it was tried; P50, P99 and Max are over these.
	Rounds        int
	P50, P99, Max time.Duration
	// Detail says more in words.
	Detail string
}
