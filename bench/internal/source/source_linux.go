package source

import (
	"encoding/binary"
	"os"

	"golang.org/x/sys/unix"
)

// Kind says what the sources are.
const Kind = "eventfds"

type handle int

func open() (handle, error) {
	fd, err := unix.Eventfd(0, unix.EFD_NONBLOCK|unix.EFD_CLOEXEC)
	return handle(fd), os.NewSyscallError("eventfd", err)
}

func (h handle) number() uintptr { return uintptr(h) }
func (h handle) close()          { unix.Close(int(h)) }

var one = binary.NativeEndian.AppendUint64(nil, 1)

func (h handle) signal() error {
	_, err := unix.Write(int(h), one)
	return os.NewSyscallError("write", err)
}

func (h handle) drain() error {
	var count [8]byte
	_, err := unix.Read(int(h), count[:])
	return os.NewSyscallError("read", err)
}

// FDs are the numbers, for loops written by hand.
func (s *Set) FDs() []int {
	fds := make([]int, len(s.all))
	for i, h := range s.all {
		fds[i] = int(h)
	}
	return fds
}
