package poll

import (
	"reflect"
	"strconv"
	"syscall"
	"testing"
)

var systemKinds = []kind{
	{"eventfd", func(*testing.T) (int, int, error) {
		// A counter that another write has raised is readable at once.
		fd, _, errno := syscall.Syscall(syscall.SYS_EVENTFD2, 0, 0, 0)
		if errno != 0 {
			return -1, -1, errno
		}
		return int(fd), int(fd), nil
	}},
	{"terminal", func(t *testing.T) (int, int, error) {
		near, err := syscall.Open("/dev/ptmx", syscall.O_RDWR|syscall.O_NOCTTY, 0)
		if err != nil {
			return -1, -1, err
		}
		name, err := unlocked(near)
		if err != nil {
			syscall.Close(near)
			return -1, -1, err
		}
		far, err := syscall.Open(name, syscall.O_RDWR|syscall.O_NOCTTY, 0)
		return near, far, err
	}},
}

func mkfifo(path string) error { return syscall.Mkfifo(path, 0o600) }

// unlocked unlocks the other side of a pseudo-terminal and returns its name. What is
// written there goes through the line discipline, which adds nothing to digits.
func unlocked(master int) (string, error) {
	const setLock, getNumber = 0x40045431, 0x80045430 // TIOCSPTLCK, TIOCGPTN
	number := new(int32)
	for _, request := range []uintptr{setLock, getNumber} {
		// The address by way of reflect: package poll and its tests do without unsafe.
		_, _, errno := syscall.Syscall(syscall.SYS_IOCTL, uintptr(master), request, reflect.ValueOf(number).Pointer())
		if errno != 0 {
			return "", errno
		}
	}
	return "/dev/pts/" + strconv.Itoa(int(*number)), nil
}
