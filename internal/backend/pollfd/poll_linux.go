package pollfd

import (
	"time"

	"golang.org/x/sys/unix"
)

// resolution is the slack of the kernel's timers and a scheduling delay.
const resolution = time.Millisecond

// longest fits the seconds of 32-bit systems; a Wait may return early.
const longest = 1 << 30 * time.Second

// poll is ppoll(2). A negative timeout is no limit.
func poll(fds []pollFD, timeout time.Duration) (int, unix.Errno) {
	var limit *unix.Timespec
	if timeout >= 0 {
		ts := unix.NsecToTimespec(int64(min(timeout, longest)))
		limit = &ts
	}
	n, err := unix.Ppoll(native(fds), limit, nil)
	return n, errnoOf(err)
}
