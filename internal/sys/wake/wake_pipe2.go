//go:build freebsd || netbsd || openbsd || dragonfly || solaris

package wake

import (
	"os"

	"golang.org/x/sys/unix"
)

func open() (r, w int, err error) {
	var ends [2]int
	if err := unix.Pipe2(ends[:], unix.O_NONBLOCK|unix.O_CLOEXEC); err != nil {
		return 0, 0, os.NewSyscallError("pipe2", err)
	}
	return ends[0], ends[1], nil
}

// one is what a signal writes.
var one = []byte{1}
