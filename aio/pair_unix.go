//go:build unix

package aio

import (
	"errors"
	"fmt"
	"net"
	"os"
	"syscall"

	"github.com/goetia-go/goetia/internal/sys/socket"
)

// UnixPair makes two connected Unix stream sockets. It is errors.ErrUnsupported on Windows.
func (l *Loop) UnixPair() (a, b *Conn, err error) {
	fds, err := socket.Pair(syscall.SOCK_STREAM)
	if err != nil {
		return nil, nil, fmt.Errorf("aio: %w", err)
	}
	if a, err = bareConn(l, fds[0], socket.Unix, nil); err != nil {
		return nil, nil, errors.Join(err, os.NewSyscallError("close", syscall.Close(fds[1])))
	}
	if b, err = bareConn(l, fds[1], socket.Unix, nil); err != nil {
		return nil, nil, errors.Join(err, a.Close())
	}
	return a, b, nil
}

// UnixPacketPair makes two connected Unix datagram sockets. It is errors.ErrUnsupported on
// Windows.
func (l *Loop) UnixPacketPair() (a, b *PacketConn, err error) {
	fds, err := socket.Pair(syscall.SOCK_DGRAM)
	if err != nil {
		return nil, nil, fmt.Errorf("aio: %w", err)
	}
	na, err := fileConn(fds[0])
	nb, err2 := fileConn(fds[1])
	if err := errors.Join(err, err2); err != nil {
		for _, c := range []net.Conn{na, nb} {
			if c != nil {
				err = errors.Join(err, c.Close())
			}
		}
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

// fileConn makes a connection of package net of a descriptor, which it owns from then on.
func fileConn(fd int) (net.Conn, error) {
	f := os.NewFile(uintptr(fd), "socketpair")
	c, err := net.FileConn(f) // a duplicate
	return c, errors.Join(err, f.Close())
}
