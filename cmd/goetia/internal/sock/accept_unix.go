//go:build unix && !linux && !freebsd && !dragonfly

package sock

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// accept makes the socket private and non-blocking step by step.
func accept(fd int) (int, error) {
	syscall.ForkLock.RLock()
	n, _, err := unix.Accept(fd)
	if err == nil {
		unix.CloseOnExec(n)
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return -1, err
	}
	if err := unix.SetNonblock(n, true); err != nil {
		_ = unix.Close(n)
		return -1, err
	}
	return n, nil
}
