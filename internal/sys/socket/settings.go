//go:build unix

package socket

import (
	"errors"
	"fmt"
	"net"
	"os"
	"syscall"
)

// SetNoDelay, SetLinger and SetKeepAliveConfig are those of net.TCPConn, and fail with
// errors.ErrUnsupported if the Socket is not one of TCP.
func (s *Socket) SetNoDelay(on bool) error {
	return s.set(func(fd int) error { return setNoDelay(fd, on) })
}

// SetLinger is described with SetNoDelay.
func (s *Socket) SetLinger(seconds int) error {
	var l syscall.Linger
	if seconds >= 0 {
		l.Onoff, l.Linger = 1, int32(seconds)
	}
	return s.set(func(fd int) error {
		return syscall.SetsockoptLinger(fd, syscall.SOL_SOCKET, syscall.SO_LINGER, &l)
	})
}

// SetKeepAliveConfig is described with SetNoDelay.
func (s *Socket) SetKeepAliveConfig(config net.KeepAliveConfig) error {
	return s.set(func(fd int) error { return setKeepAlive(fd, config) })
}

func (s *Socket) set(f func(fd int) error) error {
	if s.peer.kind != TCP {
		return fmt.Errorf("socket: a setting of TCP for a socket of kind %v: %w", s.peer.kind, errors.ErrUnsupported)
	}
	return s.do("setsockopt", f)
}

// CloseRead and CloseWrite shut down one direction.
func (s *Socket) CloseRead() error {
	return s.do("shutdown", func(fd int) error { return syscall.Shutdown(fd, syscall.SHUT_RD) })
}

// CloseWrite is described with CloseRead.
func (s *Socket) CloseWrite() error {
	return s.do("shutdown", func(fd int) error { return syscall.Shutdown(fd, syscall.SHUT_WR) })
}

func (s *Socket) do(name string, f func(fd int) error) error {
	fd, ok := s.Hold()
	if !ok {
		return net.ErrClosed
	}
	defer s.Release()
	return os.NewSyscallError(name, f(fd))
}

// Prepare makes the settings that package net makes on a connection of TCP that a listener of
// this configuration has accepted. As there, what a system refuses is left as it is.
func Prepare(fd int, config *net.ListenConfig) {
	_ = setNoDelay(fd, true)
	keep := config.KeepAliveConfig
	if !keep.Enable {
		if config.KeepAlive < 0 {
			return
		}
		keep = net.KeepAliveConfig{Enable: true, Idle: config.KeepAlive}
	}
	_ = setKeepAlive(fd, keep)
}

func setNoDelay(fd int, on bool) error {
	return syscall.SetsockoptInt(fd, syscall.IPPROTO_TCP, syscall.TCP_NODELAY, number(on))
}

func number(on bool) int {
	if on {
		return 1
	}
	return 0
}
