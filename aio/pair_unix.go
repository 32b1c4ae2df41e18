//go:build unix

package aio

import (
	"errors"
	"fmt"
	"net"
	"os"
	"syscall"
)

// UnixPair makes two connected Unix stream sockets. It is errors.ErrUnsupported on Windows.
func (l *Loop) UnixPair() (a, b *Conn, err error) {
	na, nb, err := socketpair(syscall.SOCK_STREAM)
	if err != nil {
		return nil, nil, err
	}
	if a, err = l.adopt(na); err != nil {
		return nil, nil, errors.Join(err, nb.Close())
	}
	if b, err = l.adopt(nb); err != nil {
		return nil, nil, errors.Join(err, a.Close())
	}
	return a, b, nil
}

// UnixPacketPair makes two connected Unix datagram sockets. It is errors.ErrUnsupported on
// Windows.
func (l *Loop) UnixPacketPair() (a, b *PacketConn, err error) {
	na, nb, err := socketpair(syscall.SOCK_DGRAM)
	if err != nil {
		return nil, nil, err
	}
	if a, err = l.openPackets(na); err != nil {
		return nil, nil, errors.Join(err, nb.Close())
	}
	if b, err = l.openPackets(nb); err != nil {
		return nil, nil, errors.Join(err, a.Close())
	}
	return a, b, nil
}

func socketpair(kind int) (a, b net.Conn, err error) {
	// Not every system can make them with close-on-exec, so nobody forks meanwhile.
	syscall.ForkLock.RLock()
	fds, err := syscall.Socketpair(syscall.AF_UNIX, kind, 0)
	if err == nil {
		syscall.CloseOnExec(fds[0])
		syscall.CloseOnExec(fds[1])
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return nil, nil, fmt.Errorf("aio: %w", os.NewSyscallError("socketpair", err))
	}
	a, err = fileConn(fds[0])
	b, err2 := fileConn(fds[1])
	if err := errors.Join(err, err2); err != nil {
		for _, c := range []net.Conn{a, b} {
			if c != nil {
				err = errors.Join(err, c.Close())
			}
		}
		return nil, nil, err
	}
	return a, b, nil
}

// fileConn makes a connection of package net of a descriptor, which it owns from then on.
func fileConn(fd int) (net.Conn, error) {
	f := os.NewFile(uintptr(fd), "socketpair")
	c, err := net.FileConn(f) // a duplicate
	return c, errors.Join(err, f.Close())
}
