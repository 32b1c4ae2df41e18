package goetia

import (
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/goetia-go/goetia/poll"
)

// bubble runs f with a Reactor inside a bubble where time is exact.
func bubble(t *testing.T, f func(t *testing.T, r *Reactor)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { f(t, open(t, WithMechanism(""), WithSimulation())) })
}

// TestEveryMissed: what becomes of the ticks that come due while the first call takes 35 ms.
func TestEveryMissed(t *testing.T) {
	for _, c := range []struct {
		missed Missed
		want   []int // in milliseconds
	}{
		{Burst, []int{10, 45, 45, 45, 50, 60}},
		{Delay, []int{10, 55, 65, 75}},
		{Skip, []int{10, 50, 60, 70}},
	} {
		bubble(t, func(t *testing.T, r *Reactor) {
			began := time.Now()
			var at []int
			done := make(chan struct{})
			tick := check[*Timer](t)(r.Every(10*time.Millisecond, c.missed, func() {
				at = append(at, int(time.Since(began)/time.Millisecond))
				switch len(at) {
				case 1:
					time.Sleep(35 * time.Millisecond)
				case len(c.want):
					close(done)
				}
			}))
			<-done
			tick.Stop()
			if !slices.Equal(at, c.want) {
				t.Errorf("policy %d: called at %v, not %v", c.missed, at, c.want)
			}
		})
	}
}

// TestEveryGoexit: a function that ends its goroutine does not end the interval.
func TestEveryGoexit(t *testing.T) {
	for _, opts := range [][]Option{nil, {WithCallbackLimit(1)}} {
		bubble(t, func(t *testing.T, _ *Reactor) {
			r := open(t, append(opts, WithMechanism(""), WithSimulation())...)
			calls := make(chan struct{})
			tick := check[*Timer](t)(r.Every(time.Millisecond, Skip, func() {
				calls <- struct{}{}
				runtime.Goexit()
			}))
			for i := range 3 {
				select {
				case <-calls:
				case <-time.After(time.Second):
					t.Fatalf("ended after %d calls", i)
				}
			}
			tick.Stop()
		})
	}
}

// TestEveryStopWhileRunning: Stop says that it has ended an interval whose function is
// running, and that it did not if it was ended before.
func TestEveryStopWhileRunning(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		var calls atomic.Int32
		known := make(chan struct{})
		var tick *Timer
		tick = check[*Timer](t)(r.Every(time.Millisecond, Skip, func() {
			<-known
			calls.Add(1)
			if !tick.Stop() {
				t.Error("says that it was not going on")
			}
			if tick.Stop() {
				t.Error("says that it has stopped it twice")
			}
		}))
		close(known)
		time.Sleep(time.Second)
		if n := calls.Load(); n != 1 {
			t.Errorf("%d calls", n)
		}
	})
}

// TestEveryResetWhileRunning: calls do not overlap, also if the interval begins anew
// during one.
func TestEveryResetWhileRunning(t *testing.T) {
	for _, missed := range []Missed{Burst, Delay, Skip} {
		bubble(t, func(t *testing.T, r *Reactor) {
			var running, calls atomic.Int32
			known := make(chan struct{})
			var tick *Timer
			tick = check[*Timer](t)(r.Every(10*time.Millisecond, missed, func() {
				<-known
				if running.Add(1) > 1 {
					t.Error("two calls at a time")
				}
				calls.Add(1)
				tick.Reset(time.Millisecond)
				time.Sleep(5 * time.Millisecond)
				running.Add(-1)
			}))
			close(known)
			time.Sleep(100*time.Millisecond + 1) // calls begin, and set it anew, at whole milliseconds
			tick.Stop()
			time.Sleep(10 * time.Millisecond) // so that the last call ends
			if n := calls.Load(); n < 5 {
				t.Errorf("%d calls", n)
			}
		})
	}
}

// TestTimerExact: neither early nor, where time is exact, late; in the order of the times.
func TestTimerExact(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		began := time.Now()
		var mu sync.Mutex
		var wg sync.WaitGroup
		for range 200 {
			d := time.Duration(rand.Int64N(int64(time.Hour)))
			wg.Add(1)
			r.AfterFunc(d, func() {
				defer wg.Done()
				mu.Lock()
				defer mu.Unlock()
				if late := time.Since(began) - d; late != 0 {
					t.Errorf("late by %v", late)
				}
			})
		}
		wg.Wait()
	})
}

// TestTimerRaces: whatever Stop and Reset say, each time that a timer was set it is called
// or said to have been stopped.
func TestTimerRaces(t *testing.T) {
	r := open(t)
	for range 20 {
		var calls, sets, cancels atomic.Int64
		sets.Store(1)
		timer := r.AfterFunc(50*time.Microsecond, func() { calls.Add(1) })
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				for range 100 {
					was := false
					if rand.IntN(3) == 0 {
						was = timer.Stop()
					} else {
						was = timer.Reset(time.Duration(rand.IntN(100)) * time.Microsecond)
						sets.Add(1)
					}
					if was {
						cancels.Add(1)
					}
					runtime.Gosched()
				}
			})
		}
		wg.Wait()
		if timer.Stop() {
			cancels.Add(1)
		}
		eventually(t, func() bool { return calls.Load() == sets.Load()-cancels.Load() })
	}
}

// TestTimerWakes: only a timer, or a watch's deadline, that is earlier than what the Wait in
// progress ends for interrupts it.
func TestTimerWakes(t *testing.T) {
	r := manual(t, WithSweep(24*time.Hour))
	r.AfterFunc(time.Hour, func() {})
	conn, _ := tcp(t)
	watch := check[*Watch](t)(r.AfterReadable(conn, func(Readiness) {}))
	turned := make(chan int)
	turn := func() {
		n, err := r.Turn(-1)
		if err != nil {
			t.Error(err)
		}
		turned <- n
	}
	go turn()
	waitingIn(t, r, 1)
	later := r.AfterFunc(2*time.Hour, func() {})
	for range 100 {
		later.Reset(3 * time.Hour)
		watch.SetTimeout(3 * time.Hour)
	}
	if st := r.Stats(); st.Wakes != 0 || st.Poll.Notifies != 0 {
		t.Errorf("%d wakes and %d notifications for later timers", st.Wakes, st.Poll.Notifies)
	}
	called := make(chan struct{})
	r.AfterFunc(time.Millisecond, func() { close(called) })
	if n := <-turned; n != 1 {
		t.Errorf("%d have fired", n)
	}
	<-called
	if n := r.Stats().Wakes; n != 1 {
		t.Errorf("%d wakes for an earlier timer", n)
	}
}

// TestTimerWakesOnce: a Wait that is being ended already is not interrupted once more.
func TestTimerWakesOnce(t *testing.T) {
	r := manual(t)
	var first sync.Once
	waiting, free := make(chan struct{}), make(chan struct{})
	hook(r, &hooked{wait: func([]poll.Event, time.Duration) (int, error) {
		first.Do(func() { close(waiting); <-free })
		return 0, nil
	}})
	turned := make(chan error)
	go func() {
		for fired := 0; fired < 3; {
			n, err := r.Turn(-1)
			if err != nil {
				turned <- err
				return
			}
			fired += n
		}
		turned <- nil
	}()
	<-waiting
	for d := 3; d > 0; d-- {
		r.AfterFunc(time.Duration(d)*time.Millisecond, func() {})
	}
	if n := r.Stats().Wakes; n != 1 {
		t.Errorf("%d wakes of one Wait", n)
	}
	close(free)
	if err := <-turned; err != nil {
		t.Error(err)
	}
}

// TestTimersAfterClose: there are none, and stopping them does not make fewer.
func TestTimersAfterClose(t *testing.T) {
	r := manual(t)
	timer := r.AfterFunc(time.Hour, func() { t.Error("called") })
	tick := check[*Timer](t)(r.Every(time.Hour, Skip, func() { t.Error("called") }))
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	for _, x := range []*Timer{timer, tick} {
		if x.Stop() || x.Reset(0) || x.Stop() {
			t.Error("a timer of a closed Reactor is said to wait")
		}
	}
	if n := r.Stats().TimersSet; n != 0 {
		t.Errorf("%d timers are set", n)
	}
}
