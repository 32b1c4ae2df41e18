package poll

import (
	"errors"
	"math"
	"testing"
	"testing/synctest"
	"time"

	"github.com/goetia-go/goetia/internal/backend/faulty"
)

// Tests on virtual time, where a timeout can be held to the nanosecond and an
// endless Wait seen to be endless.

func TestTimeoutExact(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, _, _ := overSim(t, faulty.Plan{})
		events := make([]Event, 1)
		for _, timeout := range []time.Duration{0, 1, 50 * time.Microsecond, time.Millisecond, 24 * time.Hour, 50 * 365 * 24 * time.Hour} {
			start := time.Now()
			if n, err := p.Wait(events, timeout); n != 0 || err != nil {
				t.Fatalf("Wait(%v): %d, %v", timeout, n, err)
			}
			if took := time.Since(start); took != timeout {
				t.Errorf("Wait(%v) took %v", timeout, took)
			}
		}
	})
}

// TestEndless: neither an infinite timeout nor one beyond the end of the clock
// returns in fifty years.
func TestEndless(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, _, _ := overSim(t, faulty.Plan{})
		for _, timeout := range []time.Duration{-1, math.MinInt64, math.MaxInt64, math.MaxInt64 - 1} {
			start := time.Now()
			go func() {
				time.Sleep(50 * 365 * 24 * time.Hour)
				if err := p.Notify(); err != nil {
					t.Error(err)
				}
			}()
			if n, err := p.Wait(make([]Event, 1), timeout); n != 0 || err != nil {
				t.Fatalf("Wait(%d): %d, %v", timeout, n, err)
			}
			if took := time.Since(start); took != 50*365*24*time.Hour {
				t.Errorf("Wait(%d) returned after %v", timeout, took)
			}
		}
	})
}

// TestFollowersTimeouts: those who wait behind another waiter time out on the
// dot, and take what is left of their time when the lead comes to them.
func TestFollowersTimeouts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, _, _ := overSim(t, faulty.Plan{})
		start := time.Now()
		took := make(chan [2]time.Duration, 10)
		wait := func(timeout time.Duration) {
			if n, err := p.Wait(make([]Event, 1), timeout); n != 0 || err != nil {
				t.Errorf("Wait(%v): %d, %v", timeout, n, err)
			}
			took <- [2]time.Duration{timeout, time.Since(start)}
		}
		// The first leads for five seconds; some leave before, some after.
		go wait(5 * time.Second)
		synctest.Wait()
		for _, s := range []time.Duration{1, 3, 7, 9, 20} {
			go wait(s * time.Second)
		}
		for range 6 {
			if x := <-took; x[0] != x[1] {
				t.Errorf("Wait(%v) took %v", x[0], x[1])
			}
		}
	})
}

// TestTimeoutAfterNudge: a mechanism that returns empty-handed in the middle gets only what is
// left of the time.
func TestTimeoutAfterNudge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, _, _ := overSim(t, faulty.Plan{})
		start := time.Now()
		go func() {
			time.Sleep(3 * time.Second)
			p.nudge()
		}()
		if n, err := p.Wait(make([]Event, 1), 5*time.Second); n != 0 || err != nil {
			t.Fatalf("Wait: %d, %v", n, err)
		}
		if took := time.Since(start); took != 5*time.Second {
			t.Errorf("Wait(5s) took %v", took)
		}
	})
}

// TestZeroBehindLeader: looking does not wait for the leader.
func TestZeroBehindLeader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, _, _ := overSim(t, faulty.Plan{})
		done := make(chan error)
		go func() {
			_, err := p.Wait(make([]Event, 1), -1)
			done <- err
		}()
		synctest.Wait()
		start := time.Now()
		if n, err := p.Wait(make([]Event, 1), 0); n != 0 || err != nil || time.Since(start) != 0 {
			t.Errorf("Wait(0): %d, %v after %v", n, err, time.Since(start))
		}
		if err := p.Close(); err != nil {
			t.Error(err)
		}
		if err := <-done; !errors.Is(err, ErrClosed) {
			t.Errorf("the leader: %v", err)
		}
	})
}

// TestNotifyWakesOne: one notification ends one Wait and leaves the others where
// they are, whoever leads.
func TestNotifyWakesOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, _, _ := overSim(t, faulty.Plan{})
		const waiters = 5
		returned := make(chan struct{}, waiters)
		for range waiters {
			go func() {
				if n, err := p.Wait(make([]Event, 1), -1); n != 0 || err != nil {
					t.Errorf("Wait: %d, %v", n, err)
				}
				returned <- struct{}{}
			}()
		}
		for i := range waiters {
			synctest.Wait()
			if len(returned) != i {
				t.Fatalf("%d notifications ended %d Waits", i, len(returned))
			}
			if err := p.Notify(); err != nil {
				t.Fatal(err)
			}
		}
		synctest.Wait()
		if len(returned) != waiters {
			t.Fatalf("%d notifications ended %d Waits", waiters, len(returned))
		}
	})
}

// TestCoalesced: notifications that meet no waiter are one.
func TestCoalesced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, _, _ := overSim(t, faulty.Plan{})
		for range 10 {
			if err := p.Notify(); err != nil {
				t.Fatal(err)
			}
		}
		start := time.Now()
		for _, want := range []time.Duration{0, time.Second} {
			if n, err := p.Wait(make([]Event, 1), time.Second); n != 0 || err != nil {
				t.Fatalf("Wait: %d, %v", n, err)
			}
			if took := time.Since(start); took != want {
				t.Errorf("returned after %v, want %v", took, want)
			}
		}
		if n := p.Stats().Notifies; n != 1 {
			t.Errorf("%d notifications reached the mechanism, want 1", n)
		}
	})
}
