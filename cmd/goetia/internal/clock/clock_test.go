package clock

import (
	"testing"
	"time"
)

func TestIsFineAndNeverGoesBack(t *testing.T) {
	t.Parallel()
	finest := time.Hour
	last := Now()
	for begin := last; last-begin < 20*time.Millisecond; {
		next := Now()
		if next < last {
			t.Fatalf("%v after %v", next, last)
		}
		if next > last {
			finest = min(finest, next-last)
		}
		last = next
	}
	if finest > 100*time.Microsecond {
		t.Errorf("moves in steps of %v", finest)
	}
}

func TestRunsLikeGosClock(t *testing.T) {
	t.Parallel()
	ours, gos := Now(), time.Now()
	time.Sleep(200 * time.Millisecond)
	// Go's clock is coarse where ours is wanted, and the machine may stop
	// between the two readings.
	if d := (Since(ours) - time.Since(gos)).Abs(); d > 100*time.Millisecond {
		t.Errorf("differs by %v from Go's", d)
	}
}

func TestDoesNotAllocate(t *testing.T) {
	if n := testing.AllocsPerRun(100, func() { Now() }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
