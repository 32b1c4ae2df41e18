package watch

import (
	"strings"
	"time"

	"github.com/goetia-go/goetia/poll"
)

// The events that a Change can tell.
const (
	// Opened: the target is registered.
	Opened = "opened"
	// Ready: the Poller reported it.
	Ready = "ready"
	// Failed: the target could not be connected, and the system said so
	// before there was anything to wait for.
	Failed = "failed"
)

// Change is one line of what is told.
type Change struct {
	Time      time.Time
	Elapsed   time.Duration // since the watch began
	Event     string
	Key       poll.Key
	Target    string
	Ready     poll.Readiness
	Mechanism poll.Mechanism
	// Bytes is how much was read and thrown away.
	Bytes int
	// Notes say what was found and done.
	Notes []string
	// Done: the target is finished.
	Done bool
}

// Flags are the names of the conditions.
func (c *Change) Flags() []string {
	if c.Ready == 0 {
		return []string{}
	}
	return strings.Split(c.Ready.String(), "|")
}

func (c *Change) note(s string) { c.Notes = append(c.Notes, s) }
