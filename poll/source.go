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
	// raw pins the descriptor during a call, so that it cannot be closed and
	// its number reused in the middle. It is nil for raw descriptors.
	raw syscall.RawConn
	// id tells Sources of reused numbers apart once the connection is closed. It is
	// zero for the zero Source, and one for all raw descriptors.
	id uint64
}

const rawID = 1

var connIDs atomic.Uint64

// named says that this is not the zero Source.
func (s Source) named() bool { return s.id != 0 }

// FD names a raw descriptor, or on Windows a SOCKET. The caller sees to it that
// it stays open during calls that use it. Whether it is open is found out by
// [Poller.Add].
func FD(fd uintptr) Source { return Source{handle: fd, id: rawID} }

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
	src := Source{raw: raw}
	err = raw.Control(func(fd uintptr) { src.handle, src.id = fd, rawID+connIDs.Add(1) })
	if err == nil && !src.named() {
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

// Closed says whether the connection that the Source was made from has been closed. Of a
// raw descriptor it knows nothing, and says false. It asks no kernel.
func (s Source) Closed() bool { return s.raw != nil && s.raw.Control(func(uintptr) {}) != nil }

// Raw says that the Source was made by [FD].
func (s Source) Raw() bool { return s.id == rawID }
