package poll

import (
	"fmt"
	"sync/atomic"
	"syscall"
)

// Source is something that can be waited for. It is a small value that can be
// copied; it does not own what it names. The zero Source names nothing, and calls
// with it fail with [ErrInvalid].
type Source struct {
	handle uintptr
	named  bool
	// raw pins the descriptor during a call, so that it cannot be closed and
	// its number reused in the middle. It is nil for raw descriptors.
	raw syscall.RawConn
	// id tells Sources of reused numbers apart once the connection is closed.
	id uint64
}

var sourceIDs atomic.Uint64

// FD names a raw descriptor, or on Windows a SOCKET. The caller sees to it that
// it stays open during calls that use it. Whether it is open is found out by
// [Poller.Add].
func FD(fd uintptr) Source { return Source{handle: fd, named: true} }

// Conn names the descriptor beneath c: any *net.TCPConn, *net.UDPConn,
// *net.UnixConn, *net.IPConn, *net.TCPListener, *net.UnixListener, *os.File and
// the like. It fails if c is closed (the error wraps net.ErrClosed or
// os.ErrClosed) or has no descriptor.
//
// Wrappers such as *tls.Conn have no SyscallConn method. Their inner connection
// (NetConn) can be registered, but what the wrapper has buffered is then not
// seen.
func Conn(c syscall.Conn) (Source, error) {
	if c == nil {
		return Source{}, fmt.Errorf("poll: nil connection: %w", ErrInvalid)
	}
	raw, err := c.SyscallConn()
	if err == nil && raw == nil {
		err = ErrInvalid
	}
	if err != nil {
		return Source{}, fmt.Errorf("poll: connection has no descriptor: %w", err)
	}
	src := Source{raw: raw, id: sourceIDs.Add(1)}
	err = raw.Control(func(fd uintptr) { src.handle, src.named = fd, true })
	if err == nil && !src.named {
		err = ErrInvalid // a Control that does not call back
	}
	if err != nil {
		return Source{}, fmt.Errorf("poll: connection has no descriptor: %w", err)
	}
	return src, nil
}

// Handle is the descriptor or SOCKET number that the source had when it was
// made.
func (s Source) Handle() uintptr { return s.handle }
