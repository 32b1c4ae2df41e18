package future_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/goetia-go/goetia/future"
)

func ExampleAfter() {
	began := time.Now()
	at := future.BlockOn(future.After(time.Millisecond))
	fmt.Println(at.Sub(began) >= time.Millisecond)
	// Output: true
}

func ExampleAt() {
	t := time.Now().Add(time.Millisecond)
	at := future.BlockOn(future.At(t))
	fmt.Println(at.Before(t))
	// Output: false
}

func ExampleTimeout() {
	r := future.BlockOn(future.Timeout(future.Pending[int](), time.Millisecond))
	fmt.Println(r.Err)
	fmt.Println(errors.Is(r.Err, os.ErrDeadlineExceeded), errors.Is(r.Err, context.DeadlineExceeded))
	// Output:
	// future: timeout
	// true true
}

func ExampleDeadline() {
	r := future.BlockOn(future.Deadline(future.Ready("in time"), time.Now().Add(time.Hour)))
	fmt.Println(r.Get())
	// Output: in time <nil>
}

func ExampleInterval() {
	ticks := future.Take(future.Interval(time.Millisecond, future.SkipMissed), 3)
	n := future.BlockOn(future.Collect(ticks))
	fmt.Println(len(n), "ticks")
	// Output: 3 ticks
}

func ExampleThrottle() {
	began := time.Now()
	s := future.Throttle(future.StreamOf("a", "b", "c"), time.Millisecond)
	fmt.Println(future.BlockOn(future.Collect(s)), time.Since(began) >= 2*time.Millisecond)
	// Output: [a b c] true
}

// A year passes in no time.
func ExampleManualClock() {
	var clock future.ManualClock
	l := future.NewLocal(future.LocalOptions{Clock: &clock})
	future.Spawn(l, future.Map(future.After(365*24*time.Hour), func(now time.Time) string {
		fmt.Println("it is", now.Format(time.DateOnly))
		return ""
	}))
	for l.TryTick() || clock.AdvanceToNext() {
	}
	// Output: it is 2000-12-31
}
