package echo

import "github.com/goetia-go/goetia/poll"

// Counts is what a server has done.
type Counts struct {
	// Accepted, Closed and Peak count connections: all, the ones that have
	// ended, and the most at one time.
	Accepted uint64 `json:"accepted"`
	Closed   uint64 `json:"closed"`
	Peak     uint64 `json:"peak"`
	// Messages is the number of reads that returned data.
	Messages uint64 `json:"messages"`
	BytesIn  uint64 `json:"bytes_in"`
	BytesOut uint64 `json:"bytes_out"`
	// Pauses counts how often a connection was not read from because its peer
	// did not take what was sent back.
	Pauses uint64 `json:"pauses"`
	// Resets counts connections that the peer broke off, Errors those that
	// ended by another error, and AcceptErrors failed accepts.
	Resets       uint64 `json:"resets"`
	Errors       uint64 `json:"errors"`
	AcceptErrors uint64 `json:"accept_errors"`
	// Poller adds up the statistics of the loops' Pollers.
	Poller poll.Stats `json:"-"`
}

// Add adds up the counts of parts of a server.
func (c *Counts) Add(o Counts) {
	c.Accepted += o.Accepted
	c.Closed += o.Closed
	c.Messages += o.Messages
	c.BytesIn += o.BytesIn
	c.BytesOut += o.BytesOut
	c.Pauses += o.Pauses
	c.Resets += o.Resets
	c.Errors += o.Errors
	c.AcceptErrors += o.AcceptErrors
	c.Poller.Sources += o.Poller.Sources
	c.Poller.Batches += o.Poller.Batches
	c.Poller.Events += o.Poller.Events
	c.Poller.Stale += o.Poller.Stale
	c.Poller.Notifies += o.Poller.Notifies
	c.Poller.Kernel.Waits += o.Poller.Kernel.Waits
	c.Poller.Kernel.Changes += o.Poller.Kernel.Changes
	c.Poller.Kernel.Cancels += o.Poller.Kernel.Cancels
	c.Poller.Kernel.Completions += o.Poller.Kernel.Completions
	c.Poller.Kernel.Outstanding += o.Poller.Kernel.Outstanding
}
