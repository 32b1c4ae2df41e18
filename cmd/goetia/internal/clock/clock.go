// Package clock measures short spans. Go's own clock on Windows moves in steps of
// up to 15 ms, which is no measure for latencies of microseconds.
package clock

import "time"

// Now is the time since some moment in the past, on a clock that never goes back.
// It is as fine as the system has to offer, and does not allocate.
func Now() time.Duration { return now() }

// Since is the time that has passed since an earlier Now.
func Since(earlier time.Duration) time.Duration { return now() - earlier }
