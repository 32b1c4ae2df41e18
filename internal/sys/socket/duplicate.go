//go:build unix && !aix

package socket

import (
	"os"

	"golang.org/x/sys/unix"
)

// duplicate makes another descriptor for the same socket, closed on exec.
func duplicate(fd int) (int, error) {
	own, err := unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return -1, os.NewSyscallError("fcntl", err)
	}
	return own, nil
}
