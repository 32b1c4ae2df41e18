package future

import (
	"context"
	"errors"
	"os"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// The tests of this file go by the system's clock, in a bubble where time passes when all wait.

func TestAfterAndAt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		for _, f := range []Future[time.Time]{After(time.Hour), At(began.Add(2 * time.Hour))} {
			at := BlockOn(f)
			if !at.Equal(time.Now()) {
				t.Errorf("it says %v, and it is %v", at, time.Now())
			}
		}
		if d := time.Since(began); d != 2*time.Hour {
			t.Errorf("it took %v", d)
		}
		BlockOn(After(0))
		BlockOn(After(-time.Hour))
		BlockOn(At(began))
		if d := time.Since(began); d != 2*time.Hour {
			t.Errorf("what is past took until %v", d)
		}
	})
}

// TestAfterBeginsWhenPolled: what counts is when it was first asked.
func TestAfterBeginsWhenPolled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		f := After(time.Second)
		BlockOn(After(time.Minute))
		BlockOn(f)
		if d := time.Since(began); d != time.Minute+time.Second {
			t.Errorf("it took %v", d)
		}
	})
}

func TestTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		var h hand
		for _, f := range []Future[Result[struct{}]]{
			Timeout[struct{}](&h, time.Second),
			Deadline[struct{}](&h, began.Add(2*time.Second)),
		} {
			r := BlockOn(f)
			for _, want := range []error{ErrTimeout, os.ErrDeadlineExceeded, context.DeadlineExceeded} {
				if !errors.Is(r.Err, want) {
					t.Errorf("%v is no %v", r.Err, want)
				}
			}
			if errors.Is(r.Err, context.Canceled) || !os.IsTimeout(r.Err) {
				t.Errorf("%v is something else", r.Err)
			}
		}
		if d := time.Since(began); d != 2*time.Second {
			t.Errorf("it took %v", d)
		}
		if h.canceled != 2 {
			t.Errorf("it was cancelled %d times", h.canceled)
		}
		if r := BlockOn(Timeout(After(time.Second), 2*time.Second)); r.Err != nil {
			t.Errorf("what is ready in time: %v", r.Err)
		}
		if r := BlockOn(Timeout(Ready(1), 0)); r.Err != nil {
			t.Errorf("what is ready at once: %v", r.Err)
		}
		if r := BlockOn(Deadline(Pending[int](), began)); r.Err == nil {
			t.Error("a deadline that is past")
		}
	})
}

func TestIntervalMissedTicks(t *testing.T) {
	for policy, want := range map[MissedTicks][]time.Duration{
		// The ticks at 1 and 2 are taken in time, and then nobody comes until 5.5.
		Burst:      {1, 2, 3, 4, 5, 6, 7},
		Delay:      {1, 2, 3, 6500, 7500, 8500, 9500},
		SkipMissed: {1, 2, 3, 6, 7, 8, 9},
	} {
		synctest.Test(t, func(t *testing.T) {
			began := time.Now()
			s := Interval(time.Second, policy)
			var got []time.Duration
			for i := range want {
				if i == 2 {
					BlockOn(At(began.Add(5500 * time.Millisecond)))
				}
				at := BlockOn(Next(s)).Value.Sub(began)
				if at > time.Since(began) {
					t.Errorf("policy %d: the tick of %v comes at %v", policy, at, time.Since(began))
				}
				if at%time.Second == 0 {
					at /= time.Second
				} else {
					at /= time.Millisecond
				}
				got = append(got, at)
			}
			Cancel(s)
			if !slices.Equal(got, want) {
				t.Errorf("policy %d: %d", policy, got)
			}
		})
	}
}

func TestThrottle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		var at []time.Duration
		BlockOn(ForEach(Throttle(StreamOf(1, 2, 3), time.Second), func(int) {
			at = append(at, time.Since(began)/time.Second)
		}))
		if !slices.Equal(at, []time.Duration{0, 1, 2}) {
			t.Errorf("items at %d s", at)
		}
	})
}

// TestTimersOfManyTasks: each task of a Local is woken by its own timer.
func TestTimersOfManyTasks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l Local
		var got []int
		began := time.Now()
		for _, n := range []int{3, 1, 2} {
			Spawn(&l, Map(After(time.Duration(n)*time.Second), func(time.Time) int {
				got = append(got, n)
				return n
			}))
		}
		if err := l.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		if d := time.Since(began); d != 3*time.Second || !slices.Equal(got, []int{1, 2, 3}) {
			t.Errorf("%v after %v", got, d)
		}
	})
}

// TestAwaitGivesTimersUp: a context that is done stops them.
func TestAwaitGivesTimersUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := Await(ctx, After(time.Hour)); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v", err)
		}
		if d := time.Since(began); d != time.Second {
			t.Errorf("it took %v", d)
		}
	})
}
