//go:build unix

package socket

import (
	"net"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// Take gives a connection's socket a second descriptor, which is nobody's yet. Once the connection
// is closed the socket is only that one's.
func Take(c syscall.Conn) (fd int, err error) {
	raw, err := c.SyscallConn()
	if err != nil {
		return -1, err
	}
	failed := raw.Control(func(of uintptr) { fd, err = duplicate(int(of)) })
	if failed != nil {
		return -1, failed
	}
	return fd, err
}

// NetConn makes a connection of package net of a Socket, which stays as it is: the connection has a
// descriptor of its own for the same socket.
func (s *Socket) NetConn() (net.Conn, error) {
	fd, ok := s.Hold()
	if !ok {
		return nil, net.ErrClosed
	}
	defer s.Release()
	return NetConn(fd)
}

// NetConn makes a connection of package net of a descriptor, which stays open and the caller's.
// The socket's settings stay as they are.
func NetConn(fd int) (net.Conn, error) {
	own, err := duplicate(fd)
	if err != nil {
		return nil, err
	}
	f := os.NewFile(uintptr(own), "socket")
	defer f.Close() // net.FileConn makes one more
	before := Current(fd)
	c, err := net.FileConn(f)
	after := Current(fd)
	before.Apply(fd, &after)
	return c, err
}

// Settings are those options of a socket that package net sets on a connection that it makes of a
// descriptor. They can be compared.
type Settings [len(settings)]Setting

// Setting is the value of an option, if that applies.
type Setting struct {
	Value   int
	Applies bool
}

// setting is an option that is a number.
type setting struct{ level, name int }

// Current asks a socket for its Settings.
func Current(fd int) (all Settings) {
	for i, s := range settings {
		if v, err := unix.GetsockoptInt(fd, s.level, s.name); err == nil {
			all[i] = Setting{v, true}
		}
	}
	return all
}

// Apply sets what differs from what the socket has. Some systems answer that something is on with
// another number than one, and take that. What a system refuses is left as it is: the socket is
// dead, or the value was the system's own and is out of its own range.
func (all *Settings) Apply(fd int, has *Settings) {
	for i, s := range settings {
		if all[i].Applies && has[i].Applies && all[i] != has[i] {
			_ = unix.SetsockoptInt(fd, s.level, s.name, all[i].Value)
		}
	}
}
