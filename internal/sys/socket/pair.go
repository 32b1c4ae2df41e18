//go:build unix

package socket

import (
	"os"
	"syscall"
)

// Pair makes two connected Unix sockets of a type, such as syscall.SOCK_STREAM. They do not block, and
// are closed on exec.
func Pair(kind int) (fds [2]int, err error) {
	// Not every system can make them with close-on-exec, so nobody forks meanwhile.
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	if fds, err = syscall.Socketpair(syscall.AF_UNIX, kind, 0); err != nil {
		return fds, os.NewSyscallError("socketpair", err)
	}
	for _, fd := range fds {
		syscall.CloseOnExec(fd)
		if e := syscall.SetNonblock(fd, true); err == nil {
			err = e
		}
	}
	if err != nil {
		for _, fd := range fds {
			_ = syscall.Close(fd) // nobody has seen it
		}
		return fds, os.NewSyscallError("fcntl", err)
	}
	return fds, nil
}
