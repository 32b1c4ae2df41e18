package sock

import (
	"errors"

	"github.com/goetia-go/goetia/poll"
)

// Socket is a descriptor or, on Windows, a SOCKET, in non-blocking mode. Its
// methods Read, Write, Accept, Close and so on are in the file of each system.
type Socket uintptr

// None is no socket.
const None = ^Socket(0)

// ErrWouldBlock: there is nothing to read or accept, or no room to write.
// It is returned bare, so that hot loops may compare and need not allocate.
var ErrWouldBlock = errors.New("would block")

// ErrAborted: a connection that waited to be accepted is gone again. The next
// Accept may well succeed.
var ErrAborted = errors.New("connection aborted before it was accepted")

// Source names the socket to a Poller.
func (s Socket) Source() poll.Source { return poll.FD(uintptr(s)) }
