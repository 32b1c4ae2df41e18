package backendtest

import (
	"fmt"
	"sync"
	"time"

	"github.com/goetia-go/goetia/internal/backend"
)

// Several goroutines that wait on one Poller.
var waiterCases = []testCase{
	{
		name:  "each-event-to-one",
		shows: "with eight waiters each event goes to exactly one of them, and none is lost",
		modes: oneshotModes,
		run: func(e *env) {
			const waiters, sources = 8, 16
			rounds := e.scaled(100)
			var near, far [sources]Endpoint
			for i := range near {
				near[i], far[i] = e.pair()
				e.add(near[i], uint64(i), backend.Readable)
			}
			type report struct {
				key uint64
				err error
			}
			reports := make(chan report, sources*2)
			var wg sync.WaitGroup
			for range waiters {
				wg.Go(func() {
					events := make([]backend.Event, 4)
					for {
						n, err := e.s.Wait(events, -1)
						if err != nil {
							return // closed
						}
						for _, ev := range events[:n] {
							key := uint64(ev.Token)
							var buf [8]byte
							// One byte at a time is under way, so an event
							// that went to two finds nothing here.
							k, err := near[key].Read(buf[:])
							if err == nil && k != 1 {
								err = fmt.Errorf("read %d bytes", k)
							}
							if err == nil {
								err = e.s.Modify(near[key].Handle(), key, backend.Readable, e.mode)
							}
							reports <- report{key, err}
						}
					}
				})
			}
			for round := range rounds {
				for _, s := range far {
					e.send(s, "x")
				}
				var seen [sources]bool
				for range sources {
					r := receive(e, reports, fmt.Sprintf("round %d: a report by a waiter", round))
					if r.err != nil || seen[r.key] {
						e.Fatalf("round %d, key %d: %v (seen before: %t)", round, r.key, r.err, seen[r.key])
					}
					seen[r.key] = true
				}
			}
			e.closed = true
			e.must(e.s.Close(), "Close")
			e.join(&wg, "the waiters")
			if n := len(reports); n != 0 {
				e.Errorf("%d reports too many", n)
			}
		},
	},
	{
		name:  "waiters-take-turns",
		shows: "when one waiter leaves with an event the next takes over: as many events end as many Waits",
		modes: oneshotModes,
		run: func(e *env) {
			const waiters = 8
			results := make(chan result, waiters)
			for range waiters {
				go func() {
					events := make([]backend.Event, 1)
					n, err := e.s.Wait(events, -1)
					results <- result{events[:n], err}
				}()
			}
			for i := range uint64(waiters) {
				a, b := e.pair()
				e.add(a, i, backend.Readable)
				e.send(b, "x")
				r := receive(e, results, "a Wait after data")
				if r.err != nil || len(r.events) != 1 || uint64(r.events[0].Token) != i {
					e.Fatalf("Wait %d: %s, %v", i, eventNames(r.events), r.err)
				}
			}
		},
	},
	{
		name:  "waiters-timeouts",
		shows: "a waiter's timeout holds also while another goroutine is inside the mechanism without limit",
		alone: true,
		run: func(e *env) {
			before := e.s.Counters()
			endless := e.waitBeside(-1)
			e.waitUntilWaiting(before)
			type timing struct {
				timeout, took time.Duration
				r             result
			}
			timings := make(chan timing, 16)
			timeouts := []time.Duration{0, 50 * time.Microsecond, time.Millisecond, 5 * time.Millisecond, 20 * time.Millisecond}
			for _, timeout := range timeouts {
				go func() {
					start := time.Now()
					events := make([]backend.Event, 1)
					n, err := e.s.Wait(events, timeout)
					timings <- timing{timeout, time.Since(start), result{events[:n], err}}
				}()
			}
			for range timeouts {
				tm := receive(e, timings, "a Wait with a timeout")
				if tm.r.err != nil || len(tm.r.events) != 0 || tm.took < tm.timeout {
					e.Errorf("Wait(%v) returned %s, %v after %v", tm.timeout, eventNames(tm.r.events), tm.r.err, tm.took)
				}
			}
			select {
			case r := <-endless:
				e.Fatalf("the endless Wait returned %s, %v", eventNames(r.events), r.err)
			default:
			}
			e.must(e.s.Notify(), "Notify")
			if r := receive(e, endless, "the endless Wait after Notify"); r.err != nil || len(r.events) != 0 {
				e.Fatalf("the endless Wait after Notify: %s, %v", eventNames(r.events), r.err)
			}
		},
	},
}
