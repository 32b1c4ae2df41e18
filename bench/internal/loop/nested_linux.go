package loop

import (
	"errors"
	"os"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// nested is the hand-written loop in the Poller's own style.
type nested struct {
	*raw
	file *os.File
	conn syscall.RawConn
	// look is made once: a method value would be allocated at every call.
	look  func(fd uintptr) bool
	found int
	err   error
}

// NewNested looks with epoll_pwait(0), and if there is nothing parks its goroutine in
// the Go runtime's poller, in which the epoll descriptor is nested. That costs
// something also while it need not park: the kernel tells the outer epoll of every
// source that becomes ready or is armed while it is.
func NewNested(fds []int, oneshot bool, handler Handler) (Loop, error) {
	l, err := newRaw(fds, oneshot, handler)
	if err != nil {
		return nil, err
	}
	if err := unix.SetNonblock(l.epfd, true); err != nil {
		return nil, errors.Join(os.NewSyscallError("fcntl", err), l.Close())
	}
	n := &nested{raw: l, file: os.NewFile(uintptr(l.epfd), "epoll")}
	n.look = n.lookNow
	// Fails if the runtime's poller did not take it.
	if err := n.file.SetReadDeadline(time.Time{}); err != nil {
		return nil, errors.Join(err, n.Close())
	}
	if n.conn, err = n.file.SyscallConn(); err != nil {
		return nil, errors.Join(err, n.Close())
	}
	return n, nil
}

func (l *nested) lookNow(uintptr) bool {
	n, _, errno := unix.RawSyscall6(unix.SYS_EPOLL_PWAIT, uintptr(l.epfd),
		uintptr(unsafe.Pointer(&l.events[0])), uintptr(len(l.events)), 0, 0, 0)
	if errno != 0 {
		l.found, l.err = 0, os.NewSyscallError("epoll_pwait", errno)
		return true
	}
	l.found, l.err = int(n), nil
	return n > 0
}

func (l *nested) Turn() (int, error) {
	if !l.lookNow(0) {
		if err := l.conn.Read(l.look); err != nil {
			return 0, err
		}
	}
	if l.err != nil {
		return 0, l.err
	}
	return l.found, l.handle(l.found)
}

func (l *nested) Close() error { return l.file.Close() }
