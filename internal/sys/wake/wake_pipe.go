//go:build darwin || aix

package wake

import (
	"errors"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

func open() (r, w int, err error) {
	var ends [2]int
	// Without pipe2 a fork in between would leak the ends to the child.
	syscall.ForkLock.RLock()
	err = unix.Pipe(ends[:])
	if err == nil {
		unix.CloseOnExec(ends[0])
		unix.CloseOnExec(ends[1])
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return 0, 0, os.NewSyscallError("pipe", err)
	}
	err = errors.Join(unix.SetNonblock(ends[0], true), unix.SetNonblock(ends[1], true))
	if err != nil {
		unix.Close(ends[0])
		unix.Close(ends[1])
		return 0, 0, os.NewSyscallError("fcntl", err)
	}
	return ends[0], ends[1], nil
}

// one is what a signal writes.
var one = []byte{1}
