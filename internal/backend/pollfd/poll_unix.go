//go:build unix && !linux

package pollfd

import (
	"math"
	"time"

	"golang.org/x/sys/unix"
)

// resolution is a clock tick of the systems with the coarsest one (100 Hz), and
// the rounding.
const resolution = 11 * time.Millisecond

// longest is what fits; a Wait may return early.
const longest = math.MaxInt32 * time.Millisecond

// poll is poll(2). A negative timeout is no limit; others are rounded up, since
// a Wait that comes back too early would be repeated with the processor busy.
func poll(fds []pollFD, timeout time.Duration) (int, unix.Errno) {
	ms := -1
	if timeout >= 0 {
		ms = int((min(timeout, longest-time.Millisecond) + time.Millisecond - 1) / time.Millisecond)
	}
	n, err := unix.Poll(native(fds), ms)
	return n, errnoOf(err)
}
