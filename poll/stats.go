package poll

import (
	"sync/atomic"

	"github.com/goetia-go/goetia/internal/backend"
)

// counts are guarded by Poller.mu but for the atomic one.
type counts struct {
	waits, events, stale uint64
	notifies             atomic.Uint64
}

// Stats counts what a Poller has done since it was opened.
type Stats struct {
	// Sources is the number of registrations now.
	Sources int
	// Batches is the number of times that the mechanism returned events.
	Batches uint64
	// Events is the number of events reported.
	Events uint64
	// Stale is the number of events dropped because their registration had
	// been deleted, replaced, disarmed or modified.
	Stale uint64
	// Notifies is the number of notifications that were not coalesced.
	Notifies uint64
	// Kernel is what the mechanism asked of the kernel. Mechanisms that do
	// not count leave it zero.
	Kernel KernelStats
}

// KernelStats counts a mechanism's calls. What a mechanism does not have stays
// zero.
type KernelStats struct {
	// Waits is the number of system calls that wait for or fetch events.
	Waits uint64
	// Changes is the number of system calls that register, arm or modify.
	Changes uint64
	// Cancels is the number of system calls that withdraw a pending operation.
	Cancels uint64
	// Completions is the number of events or completion packets fetched.
	Completions uint64
	// Outstanding is the number of operations that the kernel holds now.
	Outstanding int64
}

// Stats returns the counters. After Close it returns the last ones.
func (p *Poller) Stats() Stats {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := Stats{
		Sources:  p.table.len(),
		Batches:  p.counts.waits,
		Events:   p.counts.events,
		Stale:    p.counts.stale,
		Notifies: p.counts.notifies.Load(),
	}
	if c, ok := p.b.(backend.Counter); ok {
		s.Kernel = KernelStats(c.Counters())
	}
	return s
}
