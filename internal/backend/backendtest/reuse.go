package backendtest

import (
	"errors"

	"github.com/goetia-go/goetia/internal/backend"
)

// reused closes s and connects a new socket under its number.
func (e *env) reused(s *socket) (fresh, peer *socket) {
	e.Helper()
	fresh, err := reuse(s)
	if errors.Is(err, errNotReused) {
		e.Skip("this system did not hand the number out again")
	}
	e.must(err, "reusing a number")
	e.Cleanup(func() { fresh.Close() })
	peer, err = connectPeer(fresh)
	e.must(err, "connecting the new socket")
	e.Cleanup(func() { peer.Close() })
	return fresh, peer
}

func forgetsClosed(f backend.Features) string {
	// The cases close sources that are armed, so to be told of that is enough.
	if !f.ForgetsClosed && !f.ReportsClose {
		return "the mechanism takes whoever has the number for the registered source (Features.ForgetsClosed, ReportsClose)"
	}
	return ""
}

var reuseCases = []testCase{
	{
		name:  "number-reused",
		shows: "a source closed without Delete can be replaced by a new one with its number, and nothing comes under the old key",
		modes: everyMode,
		real:  true,
		alone: true,
		run: func(e *env) {
			for range 20 {
				a, _ := e.sockets()
				e.add(a, 1, backend.Readable|backend.Writable)
				fresh, peer := e.reused(a)
				e.add(fresh, 2, backend.Readable)
				e.silent("the new socket is idle")
				e.send(peer, "x")
				e.expectOnly(2, backend.ReadyReadable, "the new socket has data")
				e.delete(fresh)
				e.silent("the new socket was deleted")
				e.must(fresh.Close(), "closing")
				e.must(peer.Close(), "closing")
			}
		},
	},
	{
		name:  "number-reused-in-flight",
		shows: "an event already on its way for the old socket is dropped, also where it shares a batch with one for the new",
		modes: everyMode,
		real:  true,
		alone: true,
		run: func(e *env) {
			for range 20 {
				a, b := e.sockets()
				e.add(a, 1, backend.Readable)
				e.silent("idle: the kernel has the registration")
				e.send(b, "old")
				fresh, peer := e.reused(a)
				e.send(peer, "new")
				e.add(fresh, 2, backend.Readable)
				e.expectOnly(2, backend.ReadyReadable, "the new socket has data")
				e.delete(fresh)
				e.silent("the new socket was deleted")
				e.must(fresh.Close(), "closing")
				e.must(peer.Close(), "closing")
				b.Close()
			}
		},
	},
	{
		name:  "number-reused-unseen",
		shows: "while nobody adds the new socket, nothing about it is reported under the old key",
		modes: everyMode,
		real:  true,
		alone: true,
		needs: forgetsClosed,
		run: func(e *env) {
			a, _ := e.sockets()
			e.add(a, 1, backend.Readable)
			e.silent("idle: the kernel has the registration")
			fresh, peer := e.reused(a)
			e.send(peer, "x")
			for _, ev := range e.beforeFence() {
				if ev.Token != 1 || ev.Ready != backend.ReadyClosed {
					e.Fatalf("got %s", eventNames([]backend.Event{ev}))
				}
			}
			if err := e.s.Delete(fresh.h); err != nil {
				e.mustBe(err, "Delete of the old registration", backend.ErrNotFound)
			}
			e.silent("deleted")
		},
	},
	{
		name:  "number-reused-modify",
		shows: "Modify of a closed source whose number is in use again does not touch the new one",
		modes: everyMode,
		real:  true,
		alone: true,
		needs: forgetsClosed,
		run: func(e *env) {
			a, _ := e.sockets()
			e.add(a, 1, backend.Readable)
			e.silent("idle: the kernel has the registration")
			fresh, peer := e.reused(a)
			e.send(peer, "x")
			if err := e.s.Modify(fresh.h, 3, backend.Readable|backend.Writable, e.mode); err != nil {
				e.mustBe(err, "Modify of the old registration", backend.ErrNotFound)
			}
			for _, ev := range e.beforeFence() {
				if ev.Ready != backend.ReadyClosed {
					e.Fatalf("got %s", eventNames([]backend.Event{ev}))
				}
			}
			e.add(fresh, 4, backend.Readable)
			e.expectOnly(4, backend.ReadyReadable, "the new socket, added")
		},
	},
	{
		name:  "late-event",
		shows: "events that were found and not yet reported are dropped when their source is deleted, or deleted and added again",
		modes: everyMode,
		run: func(e *env) {
			const n = 20
			near := e.ready(n)
			// A Wait with room for one: the mechanism may hold the others.
			one := make([]backend.Event, 1)
			k, err := e.s.Wait(one, patience)
			if err != nil || k != 1 {
				e.Fatalf("Wait: %d, %v", k, err)
			}
			for i, s := range near {
				e.delete(s)
				if i%2 == 0 {
					e.add(s, uint64(100+i), backend.Readable)
				}
			}
			seen := make(map[uint64]int)
			for len(seen) < n/2 {
				for _, ev := range e.next("the sources that were added again") {
					seen[uint64(ev.Token)]++
					if ev.Token < 100 {
						e.Fatalf("got %s, which was deleted", eventNames([]backend.Event{ev}))
					}
				}
			}
			for i := 0; i < n; i += 2 {
				if c := seen[uint64(100+i)]; c == 0 || c > 1 && e.mode != backend.Level {
					e.Errorf("key %d was reported %d times", 100+i, c)
				}
				e.delete(near[i])
			}
			e.silent("all deleted")
		},
	},
}
