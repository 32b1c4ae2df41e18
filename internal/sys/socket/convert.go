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
	before := current(fd)
	c, err := net.FileConn(f)
	before.restore(fd)
	return c, err
}

// setting is an option that is a number.
type setting struct{ level, name int }

// values are settings and what they are.
type values []struct {
	setting
	value int
}

// current asks for the settings that package net sets, if they apply.
func current(fd int) (all values) {
	all = make(values, 0, len(settings))
	for _, s := range settings {
		if v, err := unix.GetsockoptInt(fd, s.level, s.name); err == nil {
			all = append(all, struct {
				setting
				value int
			}{s, v})
		}
	}
	return all
}

// restore undoes what was set since. Some systems answer that something is on with another
// number than one, and take that.
func (all values) restore(fd int) {
	for _, v := range all {
		if now, err := unix.GetsockoptInt(fd, v.level, v.name); err == nil && now != v.value {
			_ = unix.SetsockoptInt(fd, v.level, v.name, v.value) // it was that before
		}
	}
}
