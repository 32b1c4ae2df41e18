package backendtest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/goetia-go/goetia/internal/backend"
)

// Changes made while a Wait is in progress or about to begin.
var changeCases = []testCase{
	{
		name:  "add-during-wait",
		shows: "a ready source added by another goroutine ends a Wait in progress",
		modes: everyMode,
		run: func(e *env) {
			a, b := e.pair()
			e.send(b, "x")
			for range 20 {
				before := e.s.Counters()
				ch := e.waitBeside(-1)
				e.waitUntilWaiting(before)
				e.add(a, 1, backend.Readable)
				r := receive(e, ch, "Wait after Add")
				if r.err != nil || len(r.events) != 1 || r.events[0].Ready != backend.ReadyReadable {
					e.Fatalf("Wait after Add: %s, %v", eventNames(r.events), r.err)
				}
				e.delete(a)
			}
		},
	},
	{
		name:  "add-during-wait-then-ready",
		shows: "a source added by another goroutine during a Wait ends it when it becomes ready",
		modes: everyMode,
		run: func(e *env) {
			a, b := e.pair()
			for range 20 {
				before := e.s.Counters()
				ch := e.waitBeside(-1)
				e.waitUntilWaiting(before)
				e.add(a, 1, backend.Readable)
				e.send(b, "x")
				r := receive(e, ch, "Wait after Add and data")
				if r.err != nil || len(r.events) != 1 || r.events[0].Ready != backend.ReadyReadable {
					e.Fatalf("Wait after Add and data: %s, %v", eventNames(r.events), r.err)
				}
				e.drain(a)
				e.delete(a)
			}
		},
	},
	{
		name:  "modify-during-wait",
		shows: "a Modify by another goroutine that makes a source count as ready ends a Wait in progress",
		modes: everyMode,
		run: func(e *env) {
			a, b := e.pair()
			e.send(b, "x")
			e.settle(a, 1)
			for range 20 {
				before := e.s.Counters()
				ch := e.waitBeside(-1)
				e.waitUntilWaiting(before)
				e.modify(a, 2, backend.Readable)
				r := receive(e, ch, "Wait after Modify")
				if r.err != nil || len(r.events) != 1 || r.events[0] != (backend.Event{Token: 2, Ready: backend.ReadyReadable}) {
					e.Fatalf("Wait after Modify: %s, %v", eventNames(r.events), r.err)
				}
				e.modify(a, 1, 0)
			}
		},
	},
	{
		name:  "modify-during-wait-silences",
		shows: "a Modify to an empty interest takes effect on a Wait in progress",
		modes: everyMode,
		run: func(e *env) {
			a, b := e.pair()
			e.add(a, 1, backend.Readable)
			for range 20 {
				e.modify(a, 1, backend.Readable)
				before := e.s.Counters()
				ch := e.waitBeside(-1)
				e.waitUntilWaiting(before)
				e.modify(a, 1, 0)
				e.send(b, "x")
				e.must(e.s.Notify(), "Notify")
				if r := receive(e, ch, "Wait after Notify"); r.err != nil || len(r.events) != 0 {
					e.Fatalf("Wait after Modify to an empty interest: %s, %v", eventNames(r.events), r.err)
				}
				// On a slow machine it takes a moment to arrive, which is not to be in the
				// next round.
				for n := 0; n == 0; {
					n, _ = e.drain(a)
				}
			}
		},
	},
	{
		name:  "delete-during-wait",
		shows: "a Delete by another goroutine takes effect on a Wait in progress",
		modes: everyMode,
		run: func(e *env) {
			a, b := e.pair()
			for range 20 {
				e.add(a, 1, backend.Readable)
				before := e.s.Counters()
				ch := e.waitBeside(-1)
				e.waitUntilWaiting(before)
				e.delete(a)
				e.send(b, "x")
				e.must(e.s.Notify(), "Notify")
				if r := receive(e, ch, "Wait after Notify"); r.err != nil || len(r.events) != 0 {
					e.Fatalf("Wait after Delete: %s, %v", eventNames(r.events), r.err)
				}
				// The byte may still be on its way.
				e.settle(a, 1)
				e.drain(a)
				e.delete(a)
			}
		},
	},
	{
		name:  "race-to-enter",
		shows: "a change that races with a Wait that is just beginning is never lost",
		modes: everyMode,
		run: func(e *env) {
			rounds := e.scaled(2000)
			a, b := e.pair()
			e.send(b, "x")
			e.settle(a, 0)
			e.delete(a)
			start := make(chan struct{})
			results := make(chan result)
			go func() {
				defer close(results)
				events := make([]backend.Event, 4)
				for range start {
					n, err := e.s.Wait(events, 2*patience)
					results <- result{events[:n], err}
				}
			}()
			for i := range rounds {
				start <- struct{}{}
				for range i % 5 {
					spin()
				}
				key := uint64(i)
				switch i % 3 {
				case 0:
					e.add(a, key, backend.Readable)
				case 1:
					e.add(a, key, 0)
					e.modify(a, key, backend.Readable)
				case 2:
					// As 1, and the registration is an old one.
					e.must(e.s.Add(a.Handle(), key, 0, e.mode), "Add")
					for range i % 7 {
						spin()
					}
					e.modify(a, key, backend.Readable)
				}
				r := receive(e, results, fmt.Sprintf("round %d: the Wait that began beside the change", i))
				if r.err != nil || len(r.events) != 1 || uint64(r.events[0].Token) != key {
					e.Fatalf("round %d: %s, %v", i, eventNames(r.events), r.err)
				}
				e.delete(a)
			}
			close(start)
			<-results
			e.Logf("%d rounds", rounds)
		},
	},
	{
		name:  "modify-storm",
		shows: "however many goroutines modify a source during Waits, in the end the last interest holds exactly",
		modes: everyMode,
		run: func(e *env) {
			a, b := e.pair()
			e.send(b, "x")
			e.settle(a, 1)
			const goroutines = 4
			each := e.scaled(1000)
			errs := make(chan error, goroutines)
			for g := range goroutines {
				go func() {
					rng := rand.New(rand.NewPCG(1, uint64(g)))
					for range each {
						in := backend.Interest(rng.IntN(4)) // readable, writable, both, none
						if err := e.s.Modify(a.Handle(), 1, in, e.mode); err != nil {
							errs <- err
							return
						}
					}
					errs <- nil
				}()
			}
			for left := goroutines; left > 0; {
				for _, ev := range e.look(time.Millisecond) {
					if ev.Token != 1 || ev.Ready == 0 || ev.Ready&^(backend.ReadyReadable|backend.ReadyWritable) != 0 {
						e.Fatalf("got %s", eventNames([]backend.Event{ev}))
					}
				}
				select {
				case err := <-errs:
					e.must(err, "Modify")
					left--
				default:
				}
			}
			for _, in := range []backend.Interest{backend.Readable, backend.Writable, backend.Readable | backend.Writable} {
				e.modify(a, 2, in)
				e.expectOnly(2, backend.Readiness(in), "after the last Modify")
			}
			e.modify(a, 3, 0)
			e.silent("the last interest is empty")
		},
	},
	{
		name:  "delete-in-flight",
		shows: "sources deleted while a Wait watches them are not reported by a Wait that begins later, and leave nothing in the kernel",
		alone: true,
		run: func(e *env) {
			const sources = 8
			const least = 10_000
			most, limit := 100_000, 4*time.Second
			switch {
			case exhaustive():
				limit = 10 * time.Minute
			case testing.Short() || e.brief:
				most = least
			}
			var near, far [sources]Endpoint
			for i := range near {
				near[i], far[i] = e.pair()
				// Half of them are ready, so that events are in flight too.
				if i%2 == 0 {
					e.send(far[i], "x")
				}
			}
			// Keys ascend; all up to deleted are deleted.
			var deleted atomic.Int64
			var stop atomic.Bool
			var reported int
			waiter := make(chan error, 1)
			go func() {
				events := make([]backend.Event, 16)
				for !stop.Load() {
					gone := deleted.Load()
					n, err := e.s.Wait(events, -1)
					if err != nil {
						waiter <- err
						return
					}
					reported += n
					for _, ev := range events[:n] {
						if int64(ev.Token) <= gone {
							waiter <- fmt.Errorf("key %d was reported by a Wait that began after it was deleted (%d)", ev.Token, gone)
							return
						}
					}
				}
				waiter <- nil
			}()
			begun := time.Now()
			done := 0
			for ; done < most; done++ {
				if done >= least && done%256 == 0 && time.Since(begun) > limit {
					break
				}
				s := near[done%sources]
				e.must(e.s.Add(s.Handle(), uint64(done+1), backend.Readable, e.mode), "Add")
				if done%3 == 0 {
					spin()
				}
				e.must(e.s.Delete(s.Handle()), "Delete")
				deleted.Store(int64(done + 1))
			}
			took := time.Since(begun)
			stop.Store(true)
			e.must(e.s.Notify(), "Notify")
			e.must(receive(e, waiter, "the waiting goroutine"), "Wait")
			// What was cancelled comes back in a last Wait or two.
			for deadline := time.Now().Add(patience); e.s.Counters().Outstanding != 0; {
				if time.Now().After(deadline) {
					e.Fatalf("all sources are deleted and the kernel still holds %d operations", e.s.Counters().Outstanding)
				}
				if evs := e.look(time.Millisecond); len(evs) != 0 {
					e.Fatalf("all sources are deleted: got %s", eventNames(evs))
				}
			}
			e.Logf("%d sources added and deleted in %v, %d events were quicker", done, took.Round(time.Millisecond), reported)
		},
	},
	{
		name:  "changes-everywhere",
		shows: "goroutines that add, modify and delete the same few sources during Waits get only the errors that fit, and the table comes out right",
		modes: everyMode,
		run: func(e *env) {
			const sources, goroutines = 4, 4
			var near [sources]Endpoint
			for i := range near {
				a, b := e.pair()
				near[i] = a
				if i%2 == 0 {
					e.send(b, "x")
				}
			}
			each := e.scaled(1000)
			var wg sync.WaitGroup
			errs := make(chan error, goroutines)
			for g := range goroutines {
				wg.Go(func() {
					rng := rand.New(rand.NewPCG(2, uint64(g)))
					for range each {
						h := near[rng.IntN(sources)].Handle()
						in := backend.Interest(rng.IntN(4))
						var err error
						switch rng.IntN(3) {
						case 0:
							if err = e.s.Add(h, uint64(h), in, e.mode); errors.Is(err, backend.ErrExists) {
								err = nil
							}
						case 1:
							if err = e.s.Modify(h, uint64(h), in, e.mode); errors.Is(err, backend.ErrNotFound) {
								err = nil
							}
						case 2:
							if err = e.s.Delete(h); errors.Is(err, backend.ErrNotFound) {
								err = nil
							}
						}
						if err != nil {
							errs <- err
							return
						}
					}
				})
			}
			ended := make(chan struct{})
			go func() { wg.Wait(); close(ended) }()
			for busy := true; busy; {
				e.look(time.Millisecond)
				select {
				case <-ended:
					busy = false
				case err := <-errs:
					e.Fatalf("a change: %v", err)
				default:
				}
			}
			for _, s := range near {
				if err := e.s.Delete(s.Handle()); err != nil {
					e.mustBe(err, "Delete", backend.ErrNotFound)
				}
			}
			for i, s := range near {
				e.add(s, uint64(i), backend.Writable)
				e.expectOnly(uint64(i), backend.ReadyWritable, "added after the storm")
				e.delete(s)
			}
			e.silent("all deleted")
		},
	},
}
