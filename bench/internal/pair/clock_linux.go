package pair

import (
	"time"

	"golang.org/x/sys/unix"
)

// Clock names what Run measures with.
const Clock = "processor time of the process"

// now is the processor time that all threads have used. For work that never sleeps
// and wakes nobody it is what a clock on the wall would show on a quiet machine; a
// loop that makes threads of the Go runtime wake for nothing pays for them. Time
// given to other processes is not in it.
func now() time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_PROCESS_CPUTIME_ID, &t); err != nil {
		panic(err) // every Linux has it
	}
	return time.Duration(t.Nano())
}
