package backendtest

import (
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/goetia-go/goetia/internal/backend"
)

// scaleSockets is how many sockets the case registers: as many as 10 000 fit.
func scaleSockets() int {
	n := 10_000
	if runtime.GOOS == "windows" && !exhaustive() {
		n = 1_000 // making them is what takes time, in Wine above all
	}
	if testing.Short() {
		n /= 5
	}
	return min(n, descriptorLimit()-500) &^ 1
}

var scaleCases = []testCase{
	{
		name:  "scale",
		shows: "the ten-thousandth source costs no more to add and delete than the first, in calls to the kernel and, roughly, in time",
		real:  true,
		alone: true,
		run: func(e *env) {
			n := scaleSockets()
			if n < 100 {
				e.Skipf("this process may have %d descriptors only", descriptorLimit())
			}
			begun := time.Now()
			all := make([]*socket, 0, n)
			defer func() {
				for _, s := range all {
					s.Reset()
				}
			}()
			for len(all) < n {
				a, b, err := localPair()
				if err != nil {
					e.Skipf("%d sockets are all that can be had: %v", len(all), err)
				}
				all = append(all, a, b)
			}
			e.Logf("making %d sockets took %v", n, time.Since(begun).Round(time.Millisecond))
			// Time on a busy machine says little: it must look bad three
			// times before it counts. Calls are exact.
			const bound = 8
			var slow []float64
			for range 3 {
				ratio := e.registerAll(all)
				if ratio <= bound {
					return
				}
				slow = append(slow, ratio)
			}
			e.Errorf("the last tenth of %d sources took %.1f times as long as the first (the bound is %d)", n, slow, bound)
		},
	},
}

// registerAll adds all sockets, sees that some of them report, deletes all, and
// returns how much slower the slowest tenth was than the first, in adding or
// deleting.
func (e *env) registerAll(all []*socket) float64 {
	e.Helper()
	tenth := len(all) / 10
	n := tenth * 10
	var adding, deleting []time.Duration
	perSocket := func(before backend.Counters, doing string) {
		after := e.s.Counters()
		calls := float64(after.Changes+after.Cancels-before.Changes-before.Cancels) / float64(tenth)
		if calls > 3 {
			e.Errorf("%s made %.2f calls to the kernel per socket", doing, calls)
		}
	}
	for i := range 10 {
		before, start := e.s.Counters(), time.Now()
		for j := i * tenth; j < (i+1)*tenth; j++ {
			e.add(all[j], uint64(j), backend.Readable)
		}
		adding = append(adding, e.putOff(start))
		perSocket(before, "adding")
	}
	e.scattered(all[:n])
	for i := range 10 {
		before, start := e.s.Counters(), time.Now()
		for j := i * tenth; j < (i+1)*tenth; j++ {
			e.delete(all[j])
		}
		deleting = append(deleting, e.putOff(start))
		perSocket(before, "deleting")
	}
	// Deleting begins with the full table; the last tenth has it nearly empty.
	// A disturbance makes a tenth slow, and none makes one quick.
	ratio := max(
		times(slices.Min(adding[7:]), slices.Min(adding[:3])),
		times(slices.Min(deleting[:3]), slices.Min(deleting[7:])),
	)
	e.Logf("%d sockets: first and last tenth added in %v and %v, deleted in %v and %v",
		n, adding[0], adding[9], deleting[0], deleting[9])
	return ratio
}

// putOff lets the mechanism do what it has put off until somebody waits, and
// returns the time since start. The look itself counts only where it does not cost
// in proportion to the sources anyway.
func (e *env) putOff(start time.Time) time.Duration {
	e.Helper()
	took := time.Since(start)
	if evs := e.look(0); len(evs) != 0 {
		e.Fatalf("idle sockets: got %s", eventNames(evs))
	}
	if e.f.Linear {
		return took
	}
	return time.Since(start)
}

// times says how many times as long one took as the other. What is too short
// counts as a millisecond: below that the clock's steps and one other thread's
// turn are what is seen, and a mechanism may delete without a call to the kernel.
func times(one, other time.Duration) float64 {
	return float64(max(one, time.Millisecond)) / float64(max(other, time.Millisecond))
}

// scattered makes every hundredth socket ready and sees all of them reported.
func (e *env) scattered(all []*socket) {
	e.Helper()
	e.events = make([]backend.Event, 64)
	waiting := make(map[uint64]bool)
	for i := 0; i < len(all); i += 100 {
		// Pairs are neighbours: writing to one makes the other readable.
		e.send(all[i^1], "x")
		waiting[uint64(i)] = true
	}
	for len(waiting) > 0 {
		for _, ev := range e.next("some of many sockets are ready") {
			if !waiting[uint64(ev.Token)] {
				e.Fatalf("got %s, which is idle", eventNames([]backend.Event{ev}))
			}
			delete(waiting, uint64(ev.Token))
			e.drain(all[ev.Token])
		}
	}
}
