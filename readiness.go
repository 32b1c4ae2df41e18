package goetia

import (
	"net"
	"os"
	"strings"

	"github.com/goetia-go/goetia/poll"
)

// Readiness says what is the case when a watch fires.
type Readiness uint16

// The conditions. The first three can be asked for; the others come unasked. They are
// untyped constants, which serve as [Interest] and as [Readiness], and mean what those of the
// same name in package poll do.
const (
	// Readable: a read or an accept will not block. That includes end of stream and a
	// pending error. Of a TLS connection it means that there is a record to look
	// at, which need not hold data of the application's.
	Readable = poll.Readable
	// Writable: a write will not block, or a connect has succeeded.
	Writable = poll.Writable
	// Priority: TCP out-of-band data, or what the kernel calls exceptional.
	Priority = poll.Priority
	// ReadClosed: the peer has finished sending; what is left can still be read.
	ReadClosed = poll.ReadClosed
	// HangUp: both directions are finished, or the connection was reset.
	HangUp = poll.HangUp
	// Error: an error is pending; the next read or write returns it.
	Error = poll.Error
	// ConnectFailed: a connection attempt failed.
	ConnectFailed = poll.ConnectFailed
	// Closed: the connection was closed in this program, or its registration or the
	// Reactor was.
	Closed = poll.Closed
	// TimedOut: the watch's deadline has passed and nothing else has happened.
	TimedOut = 1 << 8
)

// Interest is what a watch waits for: any combination of Readable, Writable and
// Priority.
type Interest = poll.Interest

// Has says whether all the given conditions hold.
func (r Readiness) Has(all Readiness) bool { return r&all == all }

// Any says whether at least one of the given conditions holds.
func (r Readiness) Any(of Readiness) bool { return r&of != 0 }

// Err is net.ErrClosed if r holds Closed, os.ErrDeadlineExceeded if it holds TimedOut,
// and nil otherwise: then a read or a write tells.
func (r Readiness) Err() error {
	switch {
	case r&Closed != 0:
		return net.ErrClosed
	case r&TimedOut != 0:
		return os.ErrDeadlineExceeded
	}
	return nil
}

// String lists the conditions, joined by "|"; "none" if there are none.
func (r Readiness) String() string {
	var parts []string
	if low := poll.Readiness(r); low != 0 {
		parts = append(parts, low.String())
	}
	if r&TimedOut != 0 {
		parts = append(parts, "timed-out")
	}
	if len(parts) == 0 {
		return "none"
	}
	return strings.Join(parts, "|")
}

// wakes says whether a watch of some interest is to fire. What comes unasked concerns
// everybody, but for the end of what the peer sends, which readers are told as Readable.
func (r Readiness) wakes(in Interest) bool {
	return r&(Readiness(in)|HangUp|Error|ConnectFailed|Closed) != 0
}
