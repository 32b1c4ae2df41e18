package poll

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/goetia-go/goetia/internal/backend/faulty"
	"github.com/goetia-go/goetia/internal/backend/sim"
)

var errPlanned = errors.New("planned failure")

// overSim opens a Poller over simulated sources and a mechanism that misbehaves
// by plan.
func overSim(t *testing.T, plan faulty.Plan) (*Poller, *sim.Kernel, *faulty.Backend) {
	t.Helper()
	k := new(sim.Kernel)
	wild := faulty.Wrap(k.Open(sim.Config{}), plan)
	p := newPoller("sim", wild)
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return p, k, wild
}

func mustWait(t *testing.T, p *Poller, want ...Event) {
	t.Helper()
	events := make([]Event, 8)
	n, err := p.Wait(events, 0)
	if err != nil {
		t.Fatalf("Wait: %v", err)
	}
	if n != len(want) {
		t.Fatalf("Wait: got %v, want %v", events[:n], want)
	}
	for i := range want {
		if events[i] != want[i] {
			t.Fatalf("Wait: got %v, want %v", events[:n], want)
		}
	}
}

func fails(call faulty.Call, nth int) faulty.Plan {
	return faulty.Plan{Fail: []faulty.Failure{{Call: call, Nth: nth, Err: errPlanned}}}
}

func TestFailingAdd(t *testing.T) {
	p, k, _ := overSim(t, fails(faulty.Add, 1))
	s := k.NewSource()
	s.SetReadable(true)
	src := FD(s.Handle())
	if err := p.Add(src, 1, Readable, Oneshot); !errors.Is(err, errPlanned) {
		t.Fatalf("Add: %v", err)
	}
	if n := p.Stats().Sources; n != 0 {
		t.Errorf("%d sources after a failed Add", n)
	}
	if err := p.Modify(src, 1, Readable, Oneshot); !errors.Is(err, ErrNotFound) {
		t.Errorf("Modify after a failed Add: %v", err)
	}
	mustWait(t, p)
	if err := p.Add(src, 2, Readable, Oneshot); err != nil {
		t.Fatal(err)
	}
	mustWait(t, p, Event{2, Readable})
}

// TestFailingReplacement: an Add that fails over a stale registration leaves the
// table as it was.
func TestFailingReplacement(t *testing.T) {
	p, k, _ := overSim(t, fails(faulty.Add, 2))
	old := k.NewSource()
	src := FD(old.Handle())
	if err := p.Add(src, 1, Readable, Oneshot); err != nil {
		t.Fatal(err)
	}
	old.Close()
	fresh := k.NewSource()
	fresh.SetReadable(true)
	if fresh.Handle() != src.Handle() {
		t.Fatal("the number was not reused")
	}
	if err := p.Add(src, 2, Readable, Oneshot); !errors.Is(err, errPlanned) {
		t.Fatalf("Add: %v", err)
	}
	if n := p.Stats().Sources; n != 1 {
		t.Errorf("%d sources, want the old one", n)
	}
	if err := p.Add(src, 3, Readable, Oneshot); err != nil {
		t.Fatalf("second try: %v", err)
	}
	mustWait(t, p, Event{3, Readable})
	if n := p.Stats().Sources; n != 1 {
		t.Errorf("%d sources, want the new one", n)
	}
}

func TestFailingModify(t *testing.T) {
	p, k, _ := overSim(t, fails(faulty.Modify, 1))
	s := k.NewSource()
	src := FD(s.Handle())
	if err := p.Add(src, 1, Readable, Oneshot); err != nil {
		t.Fatal(err)
	}
	if err := p.Modify(src, 2, Writable, Level); !errors.Is(err, errPlanned) {
		t.Fatalf("Modify: %v", err)
	}
	s.SetWritable(true)
	s.SetReadable(true)
	mustWait(t, p, Event{1, Readable})
	mustWait(t, p)
}

// TestFailingDelete: the error surfaces, and the source is forgotten all the
// same: nothing is reported, and it can be added again.
func TestFailingDelete(t *testing.T) {
	p, k, _ := overSim(t, fails(faulty.Delete, 1))
	s := k.NewSource()
	s.SetReadable(true)
	src := FD(s.Handle())
	if err := p.Add(src, 1, Readable, Level); err != nil {
		t.Fatal(err)
	}
	if err := p.Delete(src); !errors.Is(err, errPlanned) {
		t.Fatalf("Delete: %v", err)
	}
	mustWait(t, p)
	if err := p.Add(src, 2, Readable, Level); err != nil {
		t.Fatal(err)
	}
	mustWait(t, p, Event{2, Readable})
}

// TestFailingWait: the error surfaces in the Wait that met it and in no other,
// and no event is lost.
func TestFailingWait(t *testing.T) {
	p, k, _ := overSim(t, fails(faulty.Wait, 1))
	s := k.NewSource()
	s.SetReadable(true)
	if err := p.Add(FD(s.Handle()), 1, Readable, Oneshot); err != nil {
		t.Fatal(err)
	}
	if n, err := p.Wait(make([]Event, 1), -1); n != 0 || !errors.Is(err, errPlanned) {
		t.Fatalf("Wait: %d, %v", n, err)
	}
	mustWait(t, p, Event{1, Readable})
}

// TestFailingWaitHandsOver: a waiter that leaves with an error lets the next one
// in.
func TestFailingWaitHandsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, k, _ := overSim(t, fails(faulty.Wait, 2))
		s := k.NewSource()
		if err := p.Add(FD(s.Handle()), 1, Readable, Oneshot); err != nil {
			t.Fatal(err)
		}
		type result struct {
			n   int
			err error
		}
		results := make(chan result, 2)
		for range 2 {
			go func() {
				n, err := p.Wait(make([]Event, 1), -1)
				results <- result{n, err}
			}()
		}
		synctest.Wait()
		// The leader is in its first Wait. A notification ends it; the
		// follower's is the second, and fails.
		if err := p.Notify(); err != nil {
			t.Fatal(err)
		}
		// Either may be the first to say so.
		notified, failing := <-results, <-results
		if notified.err != nil {
			notified, failing = failing, notified
		}
		if notified.n != 0 || notified.err != nil {
			t.Errorf("the notified Wait: %+v", notified)
		}
		if !errors.Is(failing.err, errPlanned) {
			t.Errorf("the failing Wait: %+v", failing)
		}
		s.SetReadable(true)
		mustWait(t, p, Event{1, Readable})
	})
}

func TestFailingNotify(t *testing.T) {
	p, _, _ := overSim(t, fails(faulty.Notify, 1))
	if err := p.Notify(); !errors.Is(err, errPlanned) {
		t.Fatalf("Notify: %v", err)
	}
}

// TestStaleEvents: tokens that nobody has, and tokens of another generation, are
// dropped and counted.
func TestStaleEvents(t *testing.T) {
	p, k, wild := overSim(t, faulty.Plan{Seed: 1, Stale: 1, Unknown: 1})
	s := k.NewSource()
	s.SetReadable(true)
	if err := p.Add(FD(s.Handle()), 1, Readable, Level); err != nil {
		t.Fatal(err)
	}
	for range 100 {
		mustWait(t, p, Event{1, Readable})
	}
	want := uint64(wild.Count(faulty.Stale) + wild.Count(faulty.Unknown))
	if st := p.Stats(); st.Stale != want || want != 200 || st.Events != 100 {
		t.Errorf("stats %+v after %d stale events", st, want)
	}
}

// TestUnasked: conditions that were not asked for are removed from an event.
func TestUnasked(t *testing.T) {
	p, k, _ := overSim(t, faulty.Plan{Seed: 1, Unasked: 1})
	for i, in := range []Interest{Readable, Writable, Priority, Readable | Priority} {
		s := k.NewSource()
		s.SetReadable(true)
		s.SetWritable(true)
		s.SetPriority(true)
		src := FD(s.Handle())
		if err := p.Add(src, Key(i), in, Level); err != nil {
			t.Fatal(err)
		}
		events := make([]Event, 4)
		for range 50 {
			n, err := p.Wait(events, 0)
			if n != 1 || err != nil {
				t.Fatalf("Wait: %d, %v", n, err)
			}
			allowed := Readiness(in)
			if in&Readable != 0 {
				allowed |= ReadClosed
			}
			if ev := events[0]; ev.Ready&^allowed != 0 || ev.Ready&Readiness(in) != Readiness(in) {
				t.Fatalf("asked for %v, got %v", in, ev)
			}
		}
		if err := p.Delete(src); err != nil {
			t.Fatal(err)
		}
	}
}

// TestOneshotOnce: however often a mechanism repeats itself, one arm gives one
// event.
func TestOneshotOnce(t *testing.T) {
	p, k, wild := overSim(t, faulty.Plan{Seed: 1, Duplicate: 1})
	s := k.NewSource()
	s.SetReadable(true)
	src := FD(s.Handle())
	for arm := range Key(50) {
		var err error
		if arm == 0 {
			err = p.Add(src, arm, Readable, Oneshot)
		} else {
			err = p.Modify(src, arm, Readable, Oneshot)
		}
		if err != nil {
			t.Fatal(err)
		}
		mustWait(t, p, Event{arm, Readable})
		for range 5 {
			mustWait(t, p)
		}
	}
	if n := wild.Count(faulty.Duplicated); n != 50 {
		t.Errorf("%d events were duplicated, want 50", n)
	}
}

// TestEarlyReturns: a mechanism that returns early does not cut a timeout short,
// nor end a Wait without limit.
func TestEarlyReturns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, k, wild := overSim(t, faulty.Plan{Seed: 1, Early: .7, Delay: .5, Unknown: .5, Stale: .5})
		s := k.NewSource()
		if err := p.Add(FD(s.Handle()), 1, Readable, Oneshot); err != nil {
			t.Fatal(err)
		}
		events := make([]Event, 4)
		for _, timeout := range []time.Duration{1, time.Microsecond, time.Millisecond, time.Second, 1000 * time.Hour} {
			start := time.Now()
			if n, err := p.Wait(events, timeout); n != 0 || err != nil {
				t.Fatalf("Wait(%v): %d, %v", timeout, n, err)
			}
			if took := time.Since(start); took != timeout {
				t.Errorf("Wait(%v) took %v", timeout, took)
			}
		}
		go func() {
			time.Sleep(time.Hour)
			s.SetReadable(true)
		}()
		start := time.Now()
		n, err := p.Wait(events, -1)
		if n != 1 || err != nil {
			t.Fatalf("Wait: %d, %v", n, err)
		}
		if took := time.Since(start); took < time.Hour || took > time.Hour+10*time.Millisecond {
			t.Errorf("the event after an hour was reported after %v", took)
		}
		if wild.Count(faulty.Early) == 0 {
			t.Error("no Wait returned early; the test shows nothing")
		}
	})
}
