package backendtest

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/goetia-go/goetia/internal/backend"
)

var notifyCases = []testCase{
	{
		name:  "notify-before",
		shows: "a notification made while nobody waits ends the next Wait, and only that one",
		run: func(e *env) {
			for range 20 {
				e.must(e.s.Notify(), "Notify")
				e.must(e.s.Notify(), "second Notify, coalesced")
				if evs := e.look(time.Hour); len(evs) != 0 {
					e.Fatalf("Wait after Notify: got %s", eventNames(evs))
				}
				start := time.Now()
				if evs := e.look(2 * time.Millisecond); len(evs) != 0 || time.Since(start) < 2*time.Millisecond {
					e.Fatalf("the Wait after the notified one returned %s after %v", eventNames(evs), time.Since(start))
				}
			}
		},
	},
	{
		name:  "notify-during",
		shows: "a notification ends a Wait in progress",
		run: func(e *env) {
			a, _ := e.pair()
			e.add(a, 1, backend.Readable)
			for range 50 {
				before := e.s.Counters()
				ch := e.waitBeside(-1)
				e.waitUntilWaiting(before)
				e.must(e.s.Notify(), "Notify")
				if r := receive(e, ch, "Wait after Notify"); r.err != nil || len(r.events) != 0 {
					e.Fatalf("Wait after Notify: %s, %v", eventNames(r.events), r.err)
				}
			}
		},
	},
	{
		name:  "notify-beside-events",
		shows: "a notification does not swallow events, nor events a notification's effect",
		modes: everyMode,
		run: func(e *env) {
			a, b := e.pair()
			e.send(b, "x")
			e.settle(a, 1)
			for range 100 {
				e.modify(a, 1, backend.Readable)
				e.must(e.s.Notify(), "Notify")
				e.expectOnly(1, backend.ReadyReadable, "ready and notified")
				e.modify(a, 1, 0)
			}
			e.silent("the interest is empty")
		},
	},
	{
		name:  "notify-one",
		shows: "a notification ends exactly one of several Waits, and an event goes to exactly one of the others",
		run: func(e *env) {
			a, b := e.pair()
			e.add(a, 1, 0)
			const waiters = 8
			results := make(chan result, waiters)
			for range waiters {
				go func() {
					events := make([]backend.Event, 4)
					n, err := e.s.Wait(events, -1)
					results <- result{events[:n], err}
				}()
			}
			for round := range waiters / 2 {
				e.must(e.s.Notify(), "Notify")
				r := receive(e, results, "a Wait after Notify")
				if r.err != nil || len(r.events) != 0 {
					e.Fatalf("round %d: after Notify a Wait returned %s, %v", round, eventNames(r.events), r.err)
				}
				e.send(b, "x")
				e.modify(a, 1, backend.Readable)
				r = receive(e, results, "a Wait after an event")
				if r.err != nil || len(r.events) != 1 {
					e.Fatalf("round %d: after an event a Wait returned %s, %v; did Notify wake two?",
						round, eventNames(r.events), r.err)
				}
				e.drain(a)
			}
		},
	},
	{
		name:  "notify-storm",
		shows: "notifications from many goroutines are coalesced and never lost: what was published before Notify is seen",
		run: func(e *env) {
			const producers, items = 8, 500
			var published, seen [producers]atomic.Int64
			acks := make([]chan struct{}, producers)
			for i := range acks {
				acks[i] = make(chan struct{}, 1)
			}
			errs := make(chan error, producers)
			for i := range producers {
				go func() {
					for n := int64(1); n <= items; n++ {
						published[i].Store(n)
						if err := e.s.Notify(); err != nil {
							errs <- err
							return
						}
						// Now and then go on without an answer, so that
						// notifications pile up.
						if n%4 != 0 && n != items {
							continue
						}
						for seen[i].Load() < n {
							select {
							case <-acks[i]:
							case <-time.After(patience):
								errs <- fmt.Errorf("goroutine %d published %d and notified; %d was seen %v later",
									i, n, seen[i].Load(), patience)
								return
							}
						}
					}
					errs <- nil
				}()
			}
			waits := 0
			for left := producers; left > 0; {
				if evs := e.look(2 * patience); len(evs) != 0 {
					e.Fatalf("got %s", eventNames(evs))
				}
				waits++
				for i := range producers {
					if n := published[i].Load(); n != seen[i].Load() {
						seen[i].Store(n)
						select {
						case acks[i] <- struct{}{}:
						default:
						}
					}
				}
				for drained := false; !drained; {
					select {
					case err := <-errs:
						e.must(err, "a notifying goroutine")
						left--
						if left > 0 {
							// The one that ended may have left no
							// notification to wake us for its end.
							e.must(e.s.Notify(), "Notify")
						}
					default:
						drained = true
					}
				}
				if left > 0 && allSeen(&published, &seen, items) {
					// Everybody is done or about to be; do not wait for a
					// notification that nobody has a reason to make.
					e.must(receive(e, errs, "a notifying goroutine"), "a notifying goroutine")
					left--
					e.must(e.s.Notify(), "Notify")
				}
			}
			e.Logf("%d notifications ended %d Waits", producers*items, waits)
		},
	},
	{
		name:  "notify-race",
		shows: "a notification that races with the beginning and the end of a Wait is not lost",
		run: func(e *env) {
			rounds := e.scaled(2000)
			var turn atomic.Int64
			var wg sync.WaitGroup
			wg.Add(1)
			go func() {
				defer wg.Done()
				for i := int64(1); i <= int64(rounds); i++ {
					turn.Store(i)
					if e.s.Notify() != nil {
						return
					}
					for turn.Load() == i {
						spin()
					}
				}
			}()
			for i := int64(1); i <= int64(rounds); {
				start := time.Now()
				e.look(patience)
				if time.Since(start) >= patience {
					e.Fatalf("notification %d was lost: the Wait lasted %v", i, patience)
				}
				if turn.Load() == i {
					turn.Store(-i)
					i++
				}
			}
			e.join(&wg, "the notifying goroutine")
		},
	},
}

func allSeen(published, seen *[8]atomic.Int64, items int64) bool {
	for i := range published {
		if published[i].Load() != items || seen[i].Load() != items {
			return false
		}
	}
	return true
}
