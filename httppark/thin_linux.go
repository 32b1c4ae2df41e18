package httppark

import (
	"errors"
	"net"
	"os"
	"strconv"
	"syscall"
)

const canSlim = true

// detach gives a connection's socket a second descriptor, which nobody but us knows.
func (c *conn) detach(tcp *net.TCPConn) (*thin, error) {
	remote, ok := tcp.RemoteAddr().(*net.TCPAddr)
	if !ok {
		return nil, errThin // it was reset, and package net does not know it either
	}
	raw, err := tcp.SyscallConn()
	if err != nil {
		return nil, err
	}
	t := &thin{remote: remote.AddrPort()}
	var failed error
	err = raw.Control(func(of uintptr) {
		if c.tuning == 0 {
			var set tuning
			if set, failed = tuned(of); failed != nil {
				return
			}
			if c.tuning = c.l.tunings.number(set); c.tuning == 0 {
				failed = errThin // there are too many already
				return
			}
		}
		fd, _, no := syscall.RawSyscall(syscall.SYS_FCNTL, of, syscall.F_DUPFD_CLOEXEC, 0)
		if t.fd = int32(fd); no != 0 {
			failed = os.NewSyscallError("fcntl", no)
		}
	})
	return t, errors.Join(err, failed)
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
	sa, err := syscall.Getsockname(int(fd))
	if err != nil {
		return new(net.TCPAddr)
	}
	return tcpAddr(sa)
}

func tcpAddr(sa syscall.Sockaddr) *net.TCPAddr {
	switch sa := sa.(type) {
	case *syscall.SockaddrInet4:
		return &net.TCPAddr{IP: sa.Addr[:], Port: sa.Port}
	case *syscall.SockaddrInet6:
		a := &net.TCPAddr{IP: sa.Addr[:], Port: sa.Port}
		if sa.ZoneId != 0 {
			a.Zone = strconv.Itoa(int(sa.ZoneId))
			if i, err := net.InterfaceByIndex(int(sa.ZoneId)); err == nil {
				a.Zone = i.Name
			}
		}
		return a
	}
	return new(net.TCPAddr)
}
