package evport

import "github.com/goetia-go/goetia/internal/backend"

// The poll bits of these systems (sys/poll.h).
const (
	PollIn   = 0x1
	PollPri  = 0x2
	PollOut  = 0x4
	PollErr  = 0x8
	PollHup  = 0x10
	PollNval = 0x20
	// PollRdHup exists on illumos.
	PollRdHup = 0x4000
)

// Config is what systems differ in.
type Config struct {
	// RdHup: there is POLLRDHUP.
	RdHup bool
}

// encode turns an interest into the bits of an association.
func (c Config) encode(in backend.Interest) int {
	bits := 0
	if in&backend.Readable != 0 {
		bits |= PollIn
		if c.RdHup {
			bits |= PollRdHup
		}
	}
	if in&backend.Writable != 0 {
		bits |= PollOut
	}
	if in&backend.Priority != 0 {
		bits |= PollPri
	}
	return bits
}

// decode turns an event's bits into readiness.
func decode(bits int32) backend.Readiness {
	var r backend.Readiness
	if bits&PollIn != 0 {
		r |= backend.ReadyReadable
	}
	if bits&PollOut != 0 {
		r |= backend.ReadyWritable
	}
	if bits&PollPri != 0 {
		r |= backend.ReadyPriority
	}
	if bits&PollRdHup != 0 {
		r |= backend.ReadyReadClosed | backend.ReadyReadable
	}
	if bits&PollHup != 0 {
		r |= backend.ReadyHangUp | backend.ReadyReadClosed
	}
	if bits&PollErr != 0 {
		r |= backend.ReadyError
	}
	if bits&(PollHup|PollErr) != 0 {
		// Neither a read nor a write will block any more.
		r |= backend.ReadyReadable | backend.ReadyWritable
	}
	if bits&(PollHup|PollErr) == PollHup|PollErr {
		r |= backend.ReadyConnectFailed
	}
	return r
}
