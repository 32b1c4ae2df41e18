//go:build unix && !dragonfly && !freebsd && !linux && !netbsd && !openbsd

package socket

import "syscall"

func accept(listener int) (fd int, peer syscall.Sockaddr, err error) {
	// A child must not inherit it, so nobody forks meanwhile. It does not block: the listener
	// is in non-blocking mode.
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	if fd, peer, err = syscall.Accept(listener); err != nil {
		return -1, nil, err
	}
	syscall.CloseOnExec(fd)
	if err := syscall.SetNonblock(fd, true); err != nil {
		_ = syscall.Close(fd) // nobody has seen it
		return -1, nil, err
	}
	return fd, peer, nil
}
