package backendtest

import (
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/goetia-go/goetia/internal/backend"
)

// allClosed shows that every method says ErrClosed, and Close nothing.
func (e *env) allClosed(h uintptr) {
	e.Helper()
	e.mustBe(e.s.Add(h, 1, backend.Readable, e.mode), "Add after Close", backend.ErrClosed)
	e.mustBe(e.s.Modify(h, 1, backend.Readable, e.mode), "Modify after Close", backend.ErrClosed)
	e.mustBe(e.s.Delete(h), "Delete after Close", backend.ErrClosed)
	for _, timeout := range []time.Duration{-1, 0, time.Hour} {
		_, err := e.s.Wait(e.events, timeout)
		e.mustBe(err, "Wait after Close", backend.ErrClosed)
	}
	e.mustBe(e.s.Notify(), "Notify after Close", backend.ErrClosed)
	e.must(e.s.Close(), "second Close")
	if n := e.s.Counters().Outstanding; n != 0 {
		e.Errorf("after Close the kernel still holds %d operations", n)
	}
}

var lifecycleCases = []testCase{
	{
		name:  "close",
		shows: "after Close every method returns ErrClosed, a second Close nothing, and the sources work as before",
		modes: everyMode,
		run: func(e *env) {
			a, b := e.pair()
			e.add(a, 1, backend.Readable)
			e.silent("idle: the kernel has the registration")
			e.closed = true
			e.must(e.s.Close(), "Close")
			e.allClosed(a.Handle())
			e.send(b, "x")
			other := e.another()
			other.add(a, 1, backend.Readable)
			other.expectOnly(1, backend.ReadyReadable, "the source, with another Poller")
			if n, _ := e.drain(a); n != 1 {
				e.Fatalf("read %d bytes, want 1", n)
			}
		},
	},
	{
		name:  "close-with-waiters",
		shows: "Close ends every Wait with ErrClosed and leaves no operation in the kernel, however many sources are registered",
		modes: everyMode,
		run: func(e *env) {
			const waiters = 4
			var some Endpoint
			for i := range uint64(64) {
				a, _ := e.pair()
				e.add(a, i, backend.Readable)
				some = a
			}
			before := e.s.Counters()
			results := make(chan result, waiters)
			for range waiters {
				go func() {
					n, err := e.s.Wait(make([]backend.Event, 4), -1)
					results <- result{make([]backend.Event, n), err}
				}()
			}
			e.waitUntilWaiting(before)
			e.closed = true
			done := make(chan error, 1)
			go func() { done <- e.s.Close() }()
			e.must(receive(e, done, "Close with Waits in progress"), "Close")
			for range waiters {
				r := receive(e, results, "a Wait after Close")
				e.mustBe(r.err, "Wait that Close ended", backend.ErrClosed)
			}
			e.allClosed(some.Handle())
		},
	},
	{
		name:  "close-from-many",
		shows: "when several goroutines close, all return nil once the Poller is closed",
		run: func(e *env) {
			a, _ := e.pair()
			e.add(a, 1, backend.Readable)
			ch := e.waitBeside(-1)
			e.closed = true
			done := make(chan error, 4)
			for range cap(done) {
				go func() { done <- e.s.Close() }()
			}
			for range cap(done) {
				e.must(receive(e, done, "Close"), "Close")
			}
			e.mustBe(receive(e, ch, "Wait").err, "Wait", backend.ErrClosed)
			e.allClosed(a.Handle())
		},
	},
	{
		name:  "close-amid-everything",
		shows: "Close may be called while other goroutines do everything else; each ends with ErrClosed",
		modes: everyMode,
		run: func(outer *env) {
			const sources = 4
			var near, far [sources]Endpoint
			for i := range near {
				near[i], far[i] = outer.pair()
			}
			for round := range outer.scaled(15) {
				e := outer.another()
				var wg sync.WaitGroup
				errs := make(chan error, 16)
				during := func(do func(rng *rand.Rand) error, fine ...error) {
					seed := uint64(len(errs))
					wg.Go(func() {
						rng := rand.New(rand.NewPCG(uint64(round), seed))
					next:
						for {
							err := do(rng)
							if err == nil {
								continue
							}
							if errors.Is(err, backend.ErrClosed) {
								return
							}
							for _, f := range fine {
								if errors.Is(err, f) {
									continue next
								}
							}
							errs <- err
							return
						}
					})
				}
				for range 2 {
					during(func(*rand.Rand) error {
						_, err := e.s.Wait(make([]backend.Event, 4), -1)
						return err
					})
				}
				during(func(rng *rand.Rand) error {
					return e.s.Add(near[rng.IntN(sources)].Handle(), 1, backend.Readable|backend.Writable, e.mode)
				}, backend.ErrExists)
				during(func(rng *rand.Rand) error {
					return e.s.Modify(near[rng.IntN(sources)].Handle(), 1, backend.Writable, e.mode)
				}, backend.ErrNotFound)
				during(func(rng *rand.Rand) error {
					return e.s.Delete(near[rng.IntN(sources)].Handle())
				}, backend.ErrNotFound)
				during(func(*rand.Rand) error { return e.s.Notify() })
				for range round % 4 {
					spin()
				}
				e.closed = true
				e.must(e.s.Close(), "Close")
				e.join(&wg, "the other goroutines")
				select {
				case err := <-errs:
					e.Fatalf("round %d: %v", round, err)
				default:
				}
				if n := e.s.Counters().Outstanding; n != 0 {
					e.Fatalf("round %d: after Close the kernel still holds %d operations", round, n)
				}
			}
			_ = far
		},
	},
	{
		name:  "open-and-close",
		shows: "Pollers can be opened, used and closed in great number",
		run: func(outer *env) {
			a, b := outer.pair()
			outer.send(b, "x")
			for range outer.scaled(200) {
				e := outer.another()
				e.add(a, 1, backend.Readable)
				e.expectOnly(1, backend.ReadyReadable, "a new Poller")
				e.closed = true
				e.must(e.s.Close(), "Close")
			}
		},
	},
}
