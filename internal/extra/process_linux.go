package extra

import (
	"errors"
	"fmt"
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Process is a pidfd.
type Process struct {
	descriptor
	ended
}

// NewProcess watches for the end of a process, which may have ended already if
// nobody has waited for it.
func NewProcess(pid int, _ Called) (*Process, error) {
	if err := checkPID(pid); err != nil {
		return nil, err
	}
	fd, err := unix.PidfdOpen(pid, 0) // close-on-exec by itself
	switch {
	case err == nil:
		return &Process{descriptor: descriptor{fd}}, nil
	case errors.Is(err, unix.ESRCH):
		return nil, noProcess(pid, os.NewSyscallError("pidfd_open", err))
	case errors.Is(err, unix.ENOSYS), errors.Is(err, unix.EPERM):
		return nil, fmt.Errorf("%w: waiting for a process needs pidfd_open (Linux 5.3): %w",
			errors.ErrUnsupported, os.NewSyscallError("pidfd_open", err))
	}
	return nil, os.NewSyscallError("pidfd_open", err)
}

// Collect implements Thing. A child stays for whoever is to wait for it.
func (p *Process) Collect() (bool, error) {
	var info unix.Siginfo
	err := unix.Waitid(unix.P_PIDFD, p.fd, &info, unix.WEXITED|unix.WNOWAIT|unix.WNOHANG, nil)
	if err != nil {
		// Nobody's child here, or somebody was quicker. That it has ended is
		// what the descriptor says.
		over, err := p.readable()
		if over {
			p.end(Exit{})
		}
		return over, err
	}
	// The union after the numbers is the child's: pid, uid and status. It begins
	// where a pointer could stand.
	const union = (3*4 + unsafe.Sizeof(uintptr(0)) - 1) &^ (unsafe.Sizeof(uintptr(0)) - 1)
	base := unsafe.Pointer(&info)
	if *(*int32)(unsafe.Add(base, union)) == 0 {
		return false, nil // it lives
	}
	status := int(*(*int32)(unsafe.Add(base, union+8)))
	if info.Code == cldExited {
		p.end(Exit{Known: true, Code: status})
	} else {
		p.end(Exit{Known: true, Code: -1, Signal: status})
	}
	return true, nil
}

// cldExited is CLD_EXITED: an exit code, and no signal.
const cldExited = 1

func (p *Process) readable() (bool, error) {
	fds := []unix.PollFd{{Fd: int32(p.fd), Events: unix.POLLIN}}
	n, err := unix.Poll(fds, 0)
	if errors.Is(err, unix.EINTR) {
		return false, nil
	}
	return n > 0, os.NewSyscallError("poll", err)
}
