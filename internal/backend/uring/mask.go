package uring

import "github.com/goetia-go/goetia/internal/backend"

// The kernel's poll bits, the same on every architecture but SPARC, which Go does
// not run on (asm-generic/poll.h, linux/eventpoll.h).
const (
	pollIn    = 0x1
	pollOut   = 0x4
	pollErr   = 0x8
	pollHup   = 0x10
	pollRdHup = 0x2000
)

// Linux's error numbers, as answers hold them.
const (
	badDescriptor = -9
	cancelled     = -125
)

// encode turns an interest into the bits of a poll. POLLERR, POLLHUP and, other than
// with epoll, POLLRDHUP cannot be declined.
func encode(in backend.Interest) uint32 {
	var bits uint32
	if in&backend.Readable != 0 {
		bits |= pollIn | pollRdHup
	}
	if in&backend.Writable != 0 {
		bits |= pollOut
	}
	return bits
}

// decode turns an answer into readiness.
func decode(res int32) backend.Readiness {
	if res < 0 {
		// The poll could not be had. Whoever uses the descriptor learns why.
		return backend.ReadyReadable | backend.ReadyWritable | backend.ReadyError
	}
	var r backend.Readiness
	if res&pollIn != 0 {
		r |= backend.ReadyReadable
	}
	if res&pollOut != 0 {
		r |= backend.ReadyWritable
	}
	if res&pollRdHup != 0 {
		r |= backend.ReadyReadClosed | backend.ReadyReadable
	}
	if res&pollHup != 0 {
		r |= backend.ReadyHangUp | backend.ReadyReadClosed
	}
	if res&pollErr != 0 {
		r |= backend.ReadyError
	}
	if res&(pollHup|pollErr) != 0 {
		// Neither a read nor a write will block any more.
		r |= backend.ReadyReadable | backend.ReadyWritable
	}
	if res&(pollHup|pollErr) == pollHup|pollErr {
		r |= backend.ReadyConnectFailed
	}
	return r
}
