package socknotify

import (
	"github.com/goetia-go/goetia/internal/backend"
	"github.com/goetia-go/goetia/internal/sys/socknotify"
	"github.com/goetia-go/goetia/internal/sys/winsock"
)

// encode turns an interest into what to ask for. HangUp comes with the end of the
// stream, so it is for readers: a writer would be told for as long as it lasts.
func encode(in backend.Interest) socknotify.Events {
	var events socknotify.Events
	if in&backend.Readable != 0 {
		events |= socknotify.In | socknotify.HangUp
	}
	if in&backend.Writable != 0 {
		events |= socknotify.Out
	}
	return events
}

// decode turns conditions into readiness. Err stands for a broken connection as well as
// for a failed attempt.
func decode(events socknotify.Events) backend.Readiness {
	var r backend.Readiness
	if events&socknotify.In != 0 {
		r |= backend.ReadyReadable
	}
	if events&socknotify.Out != 0 {
		r |= backend.ReadyWritable
	}
	if events&socknotify.HangUp != 0 {
		r |= backend.ReadyReadable | backend.ReadyReadClosed
	}
	if events&socknotify.Err != 0 {
		r |= failure | backend.ReadyConnectFailed | backend.ReadyReadClosed
	}
	return r
}

// looked is what WSAPoll found, in the terms of a packet.
func looked(revents uint16) (events socknotify.Events) {
	if revents&winsock.PollRdNorm != 0 {
		events |= socknotify.In
	}
	if revents&winsock.PollWrNorm != 0 {
		events |= socknotify.Out
	}
	if revents&winsock.PollHup != 0 {
		events |= socknotify.HangUp
	}
	if revents&(winsock.PollErr|winsock.PollNval) != 0 {
		events |= socknotify.Err
	}
	return events
}

// failure is what is told of a source with which something is wrong.
const failure = backend.ReadyError | backend.ReadyHangUp | backend.ReadyReadable | backend.ReadyWritable

// trigger says how a registration is enabled. Everything but edge mode is one packet
// for each arming: level mode is armed again by the next Wait, since the manual does not
// say whether a packet that waits on the port is withdrawn when the source is drained.
func trigger(in backend.Interest, mode backend.Mode) socknotify.Trigger {
	if mode == backend.Edge && in != 0 {
		return socknotify.Persistent | socknotify.Edge
	}
	return socknotify.Oneshot | socknotify.Level
}
