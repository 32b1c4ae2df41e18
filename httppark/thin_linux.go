package httppark

import (
	"net"
	"os"
	"strconv"
	"syscall"
)

const canSlim = true

// detach gives a TCP connection's socket a second descriptor, which nobody but us knows.
func detach(c *net.TCPConn) (*thin, error) {
	raw, err := c.SyscallConn()
	if err != nil {
		return nil, err
	}
	var fd uintptr
	var no syscall.Errno
	err = raw.Control(func(of uintptr) {
		fd, _, no = syscall.RawSyscall(syscall.SYS_FCNTL, of, syscall.F_DUPFD_CLOEXEC, 0)
	})
	if err == nil && no != 0 {
		err = os.NewSyscallError("fcntl", no)
	}
	if err != nil {
		return nil, err
	}
	return &thin{fd: fd}, nil
}

// attach makes a connection of package net for the socket.
func (t *thin) attach() (net.Conn, error) {
	var fd uintptr
	var no syscall.Errno
	err := t.use(func(of uintptr) {
		fd, _, no = syscall.RawSyscall(syscall.SYS_FCNTL, of, syscall.F_DUPFD_CLOEXEC, 0)
	})
	if err == nil && no != 0 {
		err = os.NewSyscallError("fcntl", no)
	}
	if err != nil {
		return nil, err
	}
	f := os.NewFile(fd, "")
	defer f.Close()
	return net.FileConn(f) // which makes a descriptor of its own
}

func closeDescriptor(fd uintptr) error { return os.NewSyscallError("close", syscall.Close(int(fd))) }

// addrs asks the kernel. If it does not know any more, the addresses are empty.
func (t *thin) addrs() (local, remote net.Addr) {
	l, r := new(net.TCPAddr), new(net.TCPAddr)
	_ = t.use(func(fd uintptr) {
		if sa, err := syscall.Getsockname(int(fd)); err == nil {
			l = tcpAddr(sa)
		}
		if sa, err := syscall.Getpeername(int(fd)); err == nil {
			r = tcpAddr(sa)
		}
	})
	return l, r
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
