package backendtest

import (
	"math"
	"time"

	"github.com/goetia-go/goetia/internal/backend"
)

var timeoutCases = []testCase{
	{
		name:  "never-early",
		shows: "a Wait that reports nothing has taken at least its timeout on the monotonic clock",
		alone: true,
		run: func(e *env) {
			a, _ := e.pair()
			e.add(a, 1, backend.Readable)
			for _, c := range []struct {
				timeout time.Duration
				times   int
			}{
				{0, 100},
				{1, 20},
				{50 * time.Microsecond, 20},
				{500 * time.Microsecond, 20},
				{time.Millisecond, 20},
				{20*time.Millisecond + 300*time.Microsecond, 5},
			} {
				var worst time.Duration
				for range c.times {
					start := time.Now()
					evs := e.look(c.timeout)
					took := time.Since(start)
					if len(evs) != 0 {
						e.Fatalf("Wait(%v): got %s", c.timeout, eventNames(evs))
					}
					if took < c.timeout {
						e.Fatalf("Wait(%v) returned after %v", c.timeout, took)
					}
					worst = max(worst, took-c.timeout)
				}
				e.Logf("Wait(%v): at most %v late", c.timeout, worst)
				if worst > patience {
					e.Errorf("Wait(%v) was late by %v", c.timeout, worst)
				}
			}
		},
	},
	{
		name:  "never-early-amid-changes",
		shows: "changes made by other goroutines do not cut a timeout short",
		alone: true,
		run: func(e *env) {
			a, _ := e.pair()
			stop := make(chan struct{})
			done := make(chan error, 1)
			go func() {
				for {
					select {
					case <-stop:
						done <- nil
						return
					default:
					}
					err := e.s.Add(a.Handle(), 1, backend.Readable, e.mode)
					if err == nil {
						err = e.s.Modify(a.Handle(), 2, 0, e.mode)
					}
					if err == nil {
						err = e.s.Delete(a.Handle())
					}
					if err != nil {
						done <- err
						return
					}
				}
			}()
			for range 5 {
				const timeout = 10 * time.Millisecond
				start := time.Now()
				evs := e.look(timeout)
				if took := time.Since(start); len(evs) != 0 || took < timeout {
					e.Errorf("Wait(%v) returned %s after %v", timeout, eventNames(evs), took)
				}
			}
			close(stop)
			e.must(receive(e, done, "the changing goroutine"), "a change")
		},
	},
	{
		name:  "endless",
		shows: "an infinite or enormous timeout neither overflows nor ends by itself; a notification ends it",
		run: func(e *env) {
			a, _ := e.pair()
			e.add(a, 1, backend.Readable)
			for _, timeout := range []time.Duration{
				-1, math.MinInt64, math.MaxInt64, math.MaxInt64 - 1, math.MaxInt64 - time.Duration(time.Hour),
				math.MaxInt64 / 2, math.MaxInt32 * time.Millisecond, (math.MaxInt32 + 1) * time.Millisecond,
				math.MaxUint32 * time.Millisecond, (math.MaxUint32 + 1) * time.Millisecond,
			} {
				before := e.s.Counters()
				ch := e.waitBeside(timeout)
				e.waitUntilWaiting(before)
				// Not returning can only be seen by looking for a while.
				select {
				case r := <-ch:
					e.Fatalf("Wait(%d ns) returned %s, %v", timeout, eventNames(r.events), r.err)
				case <-time.After(5 * time.Millisecond):
				}
				e.must(e.s.Notify(), "Notify")
				if r := receive(e, ch, "Wait after Notify"); r.err != nil || len(r.events) != 0 {
					e.Fatalf("Wait(%d ns) after Notify: %s, %v", timeout, eventNames(r.events), r.err)
				}
			}
		},
	},
	{
		name:  "event-ends-wait",
		shows: "an event ends a Wait long before its timeout",
		modes: everyMode,
		run: func(e *env) {
			a, b := e.pair()
			e.add(a, 1, backend.Readable)
			for range 20 {
				before := e.s.Counters()
				ch := e.waitBeside(time.Hour)
				e.waitUntilWaiting(before)
				e.send(b, "x")
				r := receive(e, ch, "Wait after data was sent")
				e.must(r.err, "Wait")
				if len(r.events) != 1 || r.events[0].Token != 1 {
					e.Fatalf("got %s", eventNames(r.events))
				}
				e.drain(a)
				e.modify(a, 1, backend.Readable)
			}
		},
	},
}
