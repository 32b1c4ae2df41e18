package report

import (
	"fmt"

	"github.com/goetia-go/goetia/poll"
)

// Poller is poll.Stats with the names that it has in JSON.
type Poller struct {
	Batches  uint64 `json:"batches"`
	Events   uint64 `json:"events"`
	Stale    uint64 `json:"stale"`
	Notifies uint64 `json:"notifies"`
	Kernel   Kernel `json:"kernel"`
}

// Kernel is poll.KernelStats with the names that it has in JSON.
type Kernel struct {
	Waits       uint64 `json:"waits"`
	Changes     uint64 `json:"changes"`
	Cancels     uint64 `json:"cancels"`
	Completions uint64 `json:"completions"`
}

// NewPoller converts the statistics.
func NewPoller(s poll.Stats) Poller {
	return Poller{
		Batches:  s.Batches,
		Events:   s.Events,
		Stale:    s.Stale,
		Notifies: s.Notifies,
		Kernel: Kernel{
			Waits:       s.Kernel.Waits,
			Changes:     s.Kernel.Changes,
			Cancels:     s.Kernel.Cancels,
			Completions: s.Kernel.Completions,
		},
	}
}

// Rows are the statistics for people.
func (p Poller) Rows(to *Rows) {
	to.Addf("poller", "%s in %s, %s dropped as stale", Plural(p.Events, "event"),
		Batches(p.Batches), Number(p.Stale))
	if p.Kernel != (Kernel{}) {
		to.Addf("kernel", "%s to wait, %s to register or arm, %s to cancel",
			Plural(p.Kernel.Waits, "call"), Number(p.Kernel.Changes), Number(p.Kernel.Cancels))
	}
}

// Batches is "1 batch" or "2 batches".
func Batches(n uint64) string {
	if n == 1 {
		return "1 batch"
	}
	return fmt.Sprintf("%s batches", Number(n))
}
