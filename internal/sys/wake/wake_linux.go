package wake

import (
	"encoding/binary"
	"os"

	"golang.org/x/sys/unix"
)

// open makes an eventfd; it is its own reading and writing end.
func open() (r, w int, err error) {
	fd, err := unix.Eventfd(0, unix.EFD_NONBLOCK|unix.EFD_CLOEXEC)
	return fd, fd, os.NewSyscallError("eventfd", err)
}

// one is what a signal writes: an eventfd takes a counter of 8 bytes.
var one = binary.NativeEndian.AppendUint64(nil, 1)
