//go:build !plan9

package kqueue

import (
	"github.com/goetia-go/goetia/internal/backend"
	"github.com/goetia-go/goetia/internal/sys/kevent"
)

// filters are those that watch a descriptor; a registration has a bit for each.
const filters = 3

var interests = [filters]backend.Interest{
	kevent.Read:   backend.Readable,
	kevent.Write:  backend.Writable,
	kevent.Except: backend.Priority,
}

// decode says what an event of one filter means by itself.
func decode(ev *kevent.Event) backend.Readiness {
	var r backend.Readiness
	switch ev.Filter {
	case kevent.Read:
		r = backend.ReadyReadable
		if ev.Flags&kevent.EOF != 0 {
			r |= backend.ReadyReadClosed
		}
	case kevent.Write:
		r = backend.ReadyWritable
	case kevent.Except:
		r = backend.ReadyPriority
	}
	if ev.Flags&kevent.EOF != 0 && ev.Fflags != 0 {
		// The socket's pending error.
		r |= backend.ReadyError | backend.ReadyHangUp | backend.ReadyConnectFailed |
			backend.ReadyReadable | backend.ReadyWritable | backend.ReadyReadClosed
	}
	return r
}

// both is what follows when the read and the write filter are at their end.
const both = backend.ReadyHangUp
