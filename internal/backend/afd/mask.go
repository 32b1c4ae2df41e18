package afd

import (
	"github.com/goetia-go/goetia/internal/backend"
	"github.com/goetia-go/goetia/internal/sys/afd"
)

// always is what every poll asks for. LOCAL_CLOSE comes anyway; asking makes it
// part of what an outstanding poll covers.
const always = afd.PollAbort | afd.PollConnectFail | afd.PollLocalClose

// encode turns an interest into the conditions to ask for.
func encode(in backend.Interest) uint32 {
	events := uint32(always)
	if in&backend.Readable != 0 {
		events |= afd.PollReceive | afd.PollAccept | afd.PollDisconnect
	}
	if in&backend.Writable != 0 {
		events |= afd.PollSend
	}
	if in&backend.Priority != 0 {
		events |= afd.PollExpedited
	}
	return events
}

// decode turns the conditions found into readiness. The Poller removes what was
// not asked for.
func decode(events uint32) backend.Readiness {
	if events&afd.PollLocalClose != 0 {
		return backend.ReadyClosed
	}
	var r backend.Readiness
	if events&(afd.PollReceive|afd.PollAccept|afd.PollDisconnect|afd.PollAbort|afd.PollConnectFail) != 0 {
		r |= backend.ReadyReadable
	}
	if events&(afd.PollSend|afd.PollAbort|afd.PollConnectFail) != 0 {
		r |= backend.ReadyWritable
	}
	if events&afd.PollExpedited != 0 {
		r |= backend.ReadyPriority
	}
	if events&(afd.PollDisconnect|afd.PollAbort) != 0 {
		r |= backend.ReadyReadClosed
	}
	if events&afd.PollAbort != 0 {
		r |= backend.ReadyHangUp
	}
	if events&afd.PollConnectFail != 0 {
		r |= backend.ReadyError | backend.ReadyConnectFailed
	}
	return r
}
