package aio_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/goetia-go/goetia"
	"github.com/goetia-go/goetia/aio"
	"github.com/goetia-go/goetia/future"
	"github.com/goetia-go/goetia/poll"
)

// simulated runs a test in virtual time.
func simulated(t *testing.T, test func(t *testing.T, l *aio.Loop)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		l, err := aio.New(goetia.WithSimulation())
		if err != nil {
			t.Fatal(err)
		}
		defer closed(t, l)
		test(t, l)
	})
}

func TestTimers(t *testing.T) {
	t.Parallel()
	simulated(t, func(t *testing.T, l *aio.Loop) {
		began := time.Now()
		aio.BlockOn(l, l.After(time.Hour))
		if d := time.Since(began); d != time.Hour {
			t.Errorf("after %v", d)
		}
		at := time.Now().Add(time.Minute)
		if got := aio.BlockOn(l, l.At(at)); !got.Equal(at) {
			t.Errorf("at %v, want %v", got, at)
		}
		aio.BlockOn(l, l.At(began)) // long over
		aio.BlockOn(l, l.After(0))
		f := l.After(time.Hour)
		pendingNow(t, f)
		future.Cancel(f)
		if n := timers(l); n != 0 {
			t.Errorf("%d timers are set", n)
		}
	})
}

func TestInterval(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		missed goetia.Missed
		// want is when the ticks are due and when they come, in seconds; before the
		// third nobody polls for 3.5 seconds.
		due, come []float64
	}{
		{goetia.Burst, []float64{1, 2, 3, 4, 5, 6}, []float64{1, 2, 5.5, 5.5, 5.5, 6}},
		{goetia.Delay, []float64{1, 2, 3, 6.5, 7.5}, []float64{1, 2, 5.5, 6.5, 7.5}},
		{goetia.Skip, []float64{1, 2, 3, 6, 7}, []float64{1, 2, 5.5, 6, 7}},
	} {
		simulated(t, func(t *testing.T, l *aio.Loop) {
			began := time.Now()
			i, err := l.Interval(time.Second, c.missed)
			if err != nil {
				t.Fatal(err)
			}
			for k := range c.due {
				if k == 2 {
					time.Sleep(3500 * time.Millisecond) // nobody polls
				}
				due, ok := next(l, i)
				if d := due.Sub(began).Seconds(); !ok || d != c.due[k] {
					t.Errorf("%d: tick %d was due at %v, want %v", c.missed, k, d, c.due[k])
				}
				if d := time.Since(began).Seconds(); d != c.come[k] {
					t.Errorf("%d: tick %d came at %v, want %v", c.missed, k, d, c.come[k])
				}
			}
			i.Stop()
			if _, ok := next(l, i); ok {
				t.Error("it ticks after Stop")
			}
		})
	}
}

// next is the next of a stream.
func next[T any](l *aio.Loop, s future.Stream[T]) (v T, ok bool) {
	aio.BlockOn(l, future.PollFunc[struct{}](func(cx *future.Context) (struct{}, bool) {
		var ready bool
		v, ok, ready = s.PollNext(cx)
		return struct{}{}, ready
	}))
	return v, ok
}

func TestIntervalRefuses(t *testing.T) {
	t.Parallel()
	l := loop(t)
	for _, c := range []struct {
		d      time.Duration
		missed goetia.Missed
	}{{0, goetia.Burst}, {-1, goetia.Skip}, {time.Second, 77}} {
		if _, err := l.Interval(c.d, c.missed); !errors.Is(err, poll.ErrInvalid) {
			t.Errorf("%v: %v", c, err)
		}
	}
	if _, err := aio.New(goetia.WithShards(2)); !errors.Is(err, poll.ErrInvalid) {
		t.Errorf("two shards: %v", err)
	}
}

// TestTimersOfALocal: futures of package future go by the Loop in its executors.
func TestTimersOfALocal(t *testing.T) {
	t.Parallel()
	simulated(t, func(t *testing.T, l *aio.Loop) {
		local := l.NewLocal(future.LocalOptions{})
		began := time.Now()
		future.Spawn(local, future.After(time.Hour))
		if err := local.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		if d := time.Since(began); d != time.Hour {
			t.Errorf("after %v", d)
		}
	})
}
