package socket

import (
	"os"
	"syscall"
)

// duplicate makes another descriptor for the same socket, closed on exec.
func duplicate(fd int) (int, error) {
	syscall.ForkLock.RLock() // nobody forks before it is marked
	defer syscall.ForkLock.RUnlock()
	own, err := syscall.Dup(fd)
	if err != nil {
		return -1, os.NewSyscallError("dup", err)
	}
	syscall.CloseOnExec(own)
	return own, nil
}
