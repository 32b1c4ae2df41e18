package clock

import (
	"testing"
	"time"
)

// fine is what the clock's steps must not exceed.
const fine = 100 * time.Microsecond

func TestIsFineAndNeverGoesBack(t *testing.T) {
	t.Parallel()
	finest := time.Hour
	last := Now()
	// The machine may stop for longer than all of this was to take.
	for begin := last; last-begin < 20*time.Millisecond || finest > fine && last-begin < 10*time.Second; {
		next := Now()
		if next < last {
			t.Fatalf("%v after %v", next, last)
		}
		if next > last {
			finest = min(finest, next-last)
		}
		last = next
	}
	if finest > fine {
		t.Errorf("moves in steps of %v", finest)
	}
}

func TestRunsLikeGosClock(t *testing.T) {
	t.Parallel()
	ours, gos := both(t)
	time.Sleep(200 * time.Millisecond)
	oursThen, gosThen := both(t)
	// Go's clock is coarse where ours is wanted.
	if d := (oursThen - ours - gosThen.Sub(gos)).Abs(); d > 100*time.Millisecond {
		t.Errorf("differs by %v from Go's", d)
	}
}

// both reads both clocks, again if the machine has stopped between the two readings.
func both(t *testing.T) (ours time.Duration, gos time.Time) {
	t.Helper()
	for range 1000 {
		before := Now()
		gos = time.Now()
		if ours = Now(); ours-before < 10*time.Millisecond {
			return ours, gos
		}
	}
	t.Fatal("the two clocks cannot be read at once")
	return ours, gos
}

func TestDoesNotAllocate(t *testing.T) {
	if n := testing.AllocsPerRun(100, func() { Now() }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
