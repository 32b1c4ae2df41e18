package httppark

import (
	"errors"
	"net"
	"os"
	"syscall"

	"github.com/goetia-go/goetia/internal/sys/socket"
)

const canSlim = true

// detach gives a connection's socket a second descriptor, which nobody but us knows.
func (c *conn) detach(tcp *net.TCPConn) (*thin, error) {
	remote, ok := tcp.RemoteAddr().(*net.TCPAddr)
	if !ok {
		return nil, errThin // it was reset, and package net does not know it either
	}
	if c.tuning == 0 {
		var err error
		if c.tuning, err = c.l.tunings.of(tcp); err != nil {
			return nil, err
		}
	}
	fd, err := socket.Take(tcp)
	if err != nil {
		return nil, err
	}
	return &thin{remote: remote.AddrPort(), fd: int32(fd)}, nil
}

// attach makes a connection of package net for the socket.
func (t *thin) attach() (*net.TCPConn, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return nil, net.ErrClosed
	}
	if t.file == nil {
		t.file = os.NewFile(uintptr(t.fd), "")
	}
	nc, err := net.FileConn(t.file) // which makes a descriptor of its own
	if err != nil {
		return nil, err
	}
	return nc.(*net.TCPConn), nil
}

// ended says that there is nothing to read, and never will be.
func (t *thin) ended() (is bool) {
	_ = t.use(func(fd uintptr) {
		var one [1]byte
		n, _, err := syscall.Recvfrom(int(fd), one[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
		is = n <= 0 && err != syscall.EAGAIN && err != syscall.EINTR
	})
	return is
}

// lost says that an answer would reach nobody: the peer has reset the connection. If it is
// late, it is enough that the peer sends nothing more, which may mean that it has closed and
// may mean that it waits.
func (t *thin) lost(late bool) (is bool) {
	const closeWait, closed = 8, 7 // of enum in tcp_states.h
	_ = t.use(func(fd uintptr) {
		// It is cut to the bytes that there is room for, of which the first is the state.
		info, err := syscall.GetsockoptInet4Addr(int(fd), syscall.IPPROTO_TCP, syscall.TCP_INFO)
		is = err == nil && (info[0] == closed || late && info[0] == closeWait)
	})
	return is
}

func closeDescriptor(fd int32) error { return os.NewSyscallError("close", syscall.Close(int(fd))) }

func localOf(fd int32) *net.TCPAddr {
	sa, _ := syscall.Getsockname(int(fd)) // if there is none, it is empty
	return socket.TCPAddr(sa)
}

// scarce says that what has failed may not fail a little later.
func scarce(err error) bool {
	// ENOSPC is what epoll says beyond max_user_watches.
	for _, e := range [...]error{syscall.EMFILE, syscall.ENFILE, syscall.ENOBUFS, syscall.ENOMEM, syscall.ENOSPC} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}
