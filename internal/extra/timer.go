package extra

import (
	"fmt"
	"sync/atomic"
	"time"
)

// count is what a timer has collected and nobody has taken.
type count struct{ n atomic.Uint64 }

// Take returns how many times the timer has expired since the last Take, as far as
// that was collected.
func (c *count) Take() uint64 { return c.n.Swap(0) }

// checkTimes refuses intervals that mean nothing. A first expiration in the past is
// one at once.
func checkTimes(first, every time.Duration) (time.Duration, error) {
	if every < 0 {
		return 0, fmt.Errorf("%w: interval %v", ErrInvalid, every)
	}
	return max(first, 1), nil
}
