//go:build unix

package socket

import (
	"net"
	"syscall"
)

// Read is read(2): syscall.EAGAIN if there is nothing yet, zero at the end, and net.ErrClosed
// after Close.
func (s *Socket) Read(b []byte) (n int, err error) {
	fd, ok := s.Hold()
	if !ok {
		return 0, net.ErrClosed
	}
	for {
		if n, err = syscall.Read(fd, b); err != syscall.EINTR {
			s.Release()
			return n, err
		}
	}
}

// Peek is Read without taking anything.
func (s *Socket) Peek(b []byte) (n int, err error) {
	fd, ok := s.Hold()
	if !ok {
		return 0, net.ErrClosed
	}
	for {
		if n, _, err = syscall.Recvfrom(fd, b, syscall.MSG_PEEK); err != syscall.EINTR {
			s.Release()
			return n, err
		}
	}
}

// Write is write(2): syscall.EAGAIN if there is no room, and net.ErrClosed after Close.
func (s *Socket) Write(b []byte) (n int, err error) {
	fd, ok := s.Hold()
	if !ok {
		return 0, net.ErrClosed
	}
	for {
		if n, err = syscall.Write(fd, b); err != syscall.EINTR {
			s.Release()
			return n, err
		}
	}
}
