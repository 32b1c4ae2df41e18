package socknotifytest

import (
	"sync"

	"github.com/goetia-go/goetia/internal/backend"
	"github.com/goetia-go/goetia/internal/sys/socknotify"
)

// Quirk is a behaviour that the manual neither promises nor rules out.
type Quirk uint

// The quirks.
const (
	// Late: a removal's packet comes some dequeuings later.
	Late Quirk = 1 << iota
	// Revive: a registration that is being removed can be enabled, and ends all the
	// same when the removal's packet is delivered.
	Revive
	// Survive: packets that are queued when their socket is closed are delivered.
	Survive
	// Sticky: enabling leaves a packet that is queued as it is, and its delivery
	// disables a oneshot registration, whatever has enabled it since.
	Sticky
	// Overwrite: enabling a registration with another key changes its key.
	Overwrite
	// FirstDecides: a call fails as a whole if its first socket is closed.
	FirstDecides
	// Outlive: a registration outlives the closing of its number while a duplicate
	// keeps the socket open.
	Outlive
)

// Error numbers of the model. The manual names none; only success and failure, and
// whether it is a socket, may matter.
const (
	NotSocket socknotify.Result = 10038
	NotFound  socknotify.Result = 1168
	Elsewhere socknotify.Result = 87
	Busy      socknotify.Result = 170
)

// Host is what the ports of one system share: a socket is on one of them only. The zero
// value is ready to use.
type Host struct {
	mu sync.Mutex
	// sockets holds the registrations by what is registered, not by its number.
	sockets map[any]*registration
}

// registration is the kernel's part of one.
type registration struct {
	port  *Port
	h     uintptr
	what  any
	token backend.Token
	key   uintptr

	filter  socknotify.Events
	trigger socknotify.Trigger
	enabled bool
	// removed: its last packet is on the way. late counts the dequeuings until it is
	// queued.
	removed bool
	late    int
	// queued is its packet on the port; there is never more than one.
	queued *packet
	// happened are the conditions that an edge-triggered registration has yet to
	// tell. skip are those that held when it was enabled, of which Edge is about to
	// speak and which are not told.
	happened, skip socknotify.Events
}

type packet struct {
	wake   bool
	r      *registration // nil: it was withdrawn
	events socknotify.Events
}

// find returns the registration of what is registered, if it stands.
func (s *Host) find(what any) *registration {
	r := s.sockets[what]
	if r != nil && r.closed() {
		r.port.drop(r)
		return nil
	}
	return r
}

// closed says that closing the number has ended the registration.
func (r *registration) closed() bool {
	return r.port.w.Quirks&Outlive == 0 && r.port.w.File(r.h) != r.what
}

// translate says what Windows calls the conditions of a source.
func (r *registration) translate(state backend.Readiness) (events socknotify.Events) {
	unconnected := r.port.w.Unconnected
	switch {
	case state&backend.ReadyError != 0:
		return socknotify.Err | socknotify.HangUp
	case state&backend.ReadyHangUp != 0 && unconnected != nil && unconnected(r.h):
		return 0
	case state&backend.ReadyReadClosed != 0:
		events = socknotify.HangUp
	case state&backend.ReadyReadable != 0:
		events = socknotify.In
	}
	if state&backend.ReadyWritable != 0 {
		events |= socknotify.Out
	}
	return events
}
