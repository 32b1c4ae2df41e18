package pair

import (
	"time"

	"golang.org/x/sys/unix"
)

// Clock names what Run measures with.
const Clock = "processor time of the thread"

// now is the processor time that this thread has used. For work that never sleeps
// it is what a clock on the wall would show on a quiet machine; time given to
// other processes is not in it.
func now() time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t); err != nil {
		panic(err) // every Linux has it
	}
	return time.Duration(t.Nano())
}
