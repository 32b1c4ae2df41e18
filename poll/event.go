package poll

import (
	"strings"

	"github.com/goetia-go/goetia/internal/backend"
)

// Key is the caller's name for a registration. The Poller does not interpret it.
type Key uint64

// Interest says which conditions a registration wants to hear of: any
// combination of [Readable], [Writable] and [Priority]. The zero Interest keeps
// a source registered but silent.
type Interest uint8

// Readiness says what is the case. It holds the conditions asked for, and
// those that come unasked.
type Readiness uint8

// The conditions. They are untyped constants, so that the first three serve as
// [Interest] and all of them as [Readiness].
const (
	// Readable: a read or an accept will not block. That includes end of
	// stream, a pending error, and a connection waiting in a listener.
	Readable = 1 << iota
	// Writable: a write will not block, or a connect has succeeded. That
	// includes the case that the write will fail.
	Writable
	// Priority: TCP out-of-band data (or what the kernel calls exceptional).
	Priority
	// ReadClosed: the peer has finished sending; what is left can still be
	// read. Reported with Readable.
	ReadClosed
	// HangUp: both directions are finished, or the connection was reset.
	HangUp
	// Error: an error is pending on the source; the next read or write
	// returns it.
	Error
	// ConnectFailed: a connection attempt failed. epoll and poll(2) do not
	// tell that from a broken connection and report it for both, together
	// with Error and HangUp; see [Features].
	ConnectFailed
	// Closed: the source was closed without Delete, and the registration has
	// ended. Only mechanisms that can know report it; see [Features].
	Closed
)

// Event is one answer of [Poller.Wait].
type Event struct {
	Key   Key
	Ready Readiness
}

var conditionNames = [...]string{
	"readable", "writable", "priority", "read-closed",
	"hang-up", "error", "connect-failed", "closed",
}

// Has says whether all the given conditions hold.
func (r Readiness) Has(all Readiness) bool { return r&all == all }

// Any says whether at least one of the given conditions holds.
func (r Readiness) Any(of Readiness) bool { return r&of != 0 }

// String lists the conditions, joined by "|"; "none" if there are none.
func (r Readiness) String() string { return conditions(uint8(r)) }

// String lists the conditions, joined by "|"; "none" if there are none.
func (in Interest) String() string { return conditions(uint8(in)) }

func conditions(set uint8) string {
	if set == 0 {
		return "none"
	}
	var b strings.Builder
	for i, name := range conditionNames {
		if set&(1<<i) == 0 {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('|')
		}
		b.WriteString(name)
	}
	return b.String()
}

// Mode says how often a registration reports.
type Mode uint8

const (
	// Oneshot reports one event and is then disarmed until [Poller.Modify].
	// It is the mode for handing a source to another goroutine, and the one
	// that every mechanism serves best.
	Oneshot = Mode(backend.Oneshot)
	// Level reports in every Wait for as long as the source is ready.
	Level = Mode(backend.Level)
	// Edge reports when a source becomes ready; whoever gets the event reads
	// or writes until the call would block. Mechanisms that cannot know when
	// that was refuse it; EdgeOneshot works everywhere.
	Edge = Mode(backend.Edge)
	// EdgeOneshot reports one event and is then disarmed, as Oneshot.
	EdgeOneshot = Mode(backend.EdgeOneshot)
)

// String is the mode's name in lower case.
func (m Mode) String() string {
	switch m {
	case Oneshot:
		return "oneshot"
	case Level:
		return "level"
	case Edge:
		return "edge"
	case EdgeOneshot:
		return "edge-oneshot"
	}
	return "unknown"
}
