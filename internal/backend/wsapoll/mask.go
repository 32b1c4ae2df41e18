package wsapoll

import (
	"github.com/goetia-go/goetia/internal/backend"
	"github.com/goetia-go/goetia/internal/sys/winsock"
)

// encode turns an interest into what to ask for. Out-of-band data is asked for
// as POLLRDBAND, which providers understand; POLLPRI is an error to them.
func encode(in backend.Interest) uint16 {
	var events uint16
	if in&backend.Readable != 0 {
		events |= winsock.PollRdNorm
	}
	if in&backend.Writable != 0 {
		events |= winsock.PollWrNorm
	}
	if in&backend.Priority != 0 {
		events |= winsock.PollRdBand
	}
	return events
}

// decode turns an answer into readiness. POLLHUP comes when the peer has
// finished sending, so it is no hang-up; a broken connection and a failed
// attempt come as POLLERR, with or without it.
func decode(revents uint16) backend.Readiness {
	if revents&winsock.PollNval != 0 {
		return backend.ReadyClosed
	}
	var r backend.Readiness
	if revents&winsock.PollRdNorm != 0 {
		r |= backend.ReadyReadable
	}
	if revents&winsock.PollWrNorm != 0 {
		r |= backend.ReadyWritable
	}
	if revents&(winsock.PollRdBand|winsock.PollPri) != 0 {
		r |= backend.ReadyPriority
	}
	if revents&winsock.PollHup != 0 {
		r |= backend.ReadyReadClosed | backend.ReadyReadable
	}
	if revents&winsock.PollErr != 0 {
		r |= backend.ReadyError | backend.ReadyHangUp | backend.ReadyConnectFailed |
			backend.ReadyReadClosed | backend.ReadyReadable | backend.ReadyWritable
	}
	return r
}
