package backendtest

import (
	"time"

	"github.com/goetia-go/goetia/internal/backend"
)

// foreignUnknown is why a case is skipped; see addForeign.
const foreignUnknown = "the system's own socket calls do not know duplicated or inherited handles"

// Sources that are closed while registered, against the rule. The cases run
// alone, so that nobody else gets the number by chance.
var closingCases = []testCase{
	{
		name:  "closed-then-deleted",
		shows: "Delete works after the source was closed, and then nothing is reported",
		modes: everyMode,
		real:  true,
		alone: true,
		run: func(e *env) {
			for range 20 {
				a, b := e.sockets()
				e.add(a, 1, backend.Readable)
				e.send(b, "x")
				e.must(a.Close(), "closing")
				e.delete(a)
				e.silent("closed and deleted")
				e.mustBe(e.s.Delete(a.h), "second Delete", backend.ErrNotFound)
			}
		},
	},
	{
		name:  "closed-is-told",
		shows: "closing a registered, armed source is told once, alone, and ends the registration",
		modes: everyMode,
		real:  true,
		alone: true,
		needs: func(f backend.Features) string {
			if !f.ReportsClose {
				return "the mechanism does not learn of a source being closed (Features.ReportsClose)"
			}
			return ""
		},
		run: func(e *env) {
			for range 20 {
				a, _ := e.sockets()
				e.add(a, 1, backend.Readable)
				e.silent("open and idle")
				e.must(a.Close(), "closing")
				e.expectOnly(1, backend.ReadyClosed, "closed while registered")
				e.silent("told already")
				e.mustBe(e.s.Delete(a.h), "Delete after Closed was told", backend.ErrNotFound)
			}
		},
	},
	{
		name:  "closed-is-silent",
		shows: "a mechanism that does not learn of a source being closed says nothing about it",
		modes: everyMode,
		real:  true,
		alone: true,
		needs: func(f backend.Features) string {
			if f.Readiness&backend.ReadyClosed != 0 {
				return "the mechanism may learn of it (Features.Readiness)"
			}
			if f.HoldsOpen {
				return "the kernel keeps the file open, and its events go on (Features.HoldsOpen)"
			}
			return ""
		},
		run: func(e *env) {
			a, b := e.sockets()
			e.add(a, 1, backend.Readable|backend.Writable)
			e.expect(1, backend.ReadyWritable, "open")
			e.modify(a, 1, backend.Readable)
			e.send(b, "x")
			e.must(a.Close(), "closing")
			e.silent("closed while registered")
			e.delete(a)
		},
	},
	{
		name:  "deleted-then-closed",
		shows: "the mechanism lets go of a deleted source: closed after that, its connection ends, though nobody waits",
		modes: everyMode,
		real:  true,
		run: func(e *env) {
			for _, in := range []backend.Interest{backend.Readable, backend.Readable | backend.Writable} {
				a, b := e.sockets()
				e.add(a, 1, in)
				e.look(0)
				e.delete(a)
				e.must(a.Close(), "closing")
				for deadline := time.Now().Add(patience); ; {
					if _, ended := e.drain(b); ended {
						break
					}
					if time.Now().After(deadline) {
						e.Fatal("the peer of a closed source has not been told")
					}
					time.Sleep(time.Millisecond)
				}
			}
		},
	},
	{
		name:  "duplicate",
		shows: "while a duplicate keeps the file open, the closed number can be deleted, and after that nothing is reported and no processor time used",
		modes: everyMode,
		real:  true,
		alone: true,
		run: func(e *env) {
			for round := range 10 {
				a, b := e.sockets()
				h, err := sysDuplicate(a.h)
				e.must(err, "duplicating")
				dup := &socket{h: h}
				e.add(a, 1, backend.Readable)
				e.must(a.Close(), "closing the registered number")
				e.send(b, "x")
				// The file is the registered one, so its events are no
				// mistake; whether they come depends on the kernel. So does
				// whether the mechanism finds the number closed.
				ended := false
				for _, ev := range e.beforeFence() {
					if ev.Token != 1 || ev.Ready&^e.f.Readiness != 0 || ended {
						e.Fatalf("got %s", eventNames([]backend.Event{ev}))
					}
					ended = ev.Ready == backend.ReadyClosed
				}
				if ended {
					e.mustBe(e.s.Delete(a.h), "Delete after Closed was told", backend.ErrNotFound)
				} else {
					e.delete(a)
				}
				e.send(b, "y")
				e.silent("deleted, and the duplicate is readable")
				if round == 0 {
					e.restful("deleted, and the duplicate is readable")
				}
				if !e.addForeign(dup, 2, backend.Readable) {
					e.must(sysCloseDuplicate(h), "closing the duplicate")
					e.Skip(foreignUnknown)
				}
				e.expectOnly(2, backend.ReadyReadable, "the duplicate, under a key of its own")
				e.delete(dup)
				e.must(sysCloseDuplicate(h), "closing the duplicate")
				e.silent("all closed")
			}
		},
	},
	{
		name:  "duplicate-closed",
		shows: "closing a duplicate changes nothing for the registered number",
		modes: everyMode,
		real:  true,
		run: func(e *env) {
			a, b := e.sockets()
			e.add(a, 1, backend.Readable)
			for range 20 {
				h, err := sysDuplicate(a.h)
				e.must(err, "duplicating")
				e.must(sysCloseDuplicate(h), "closing the duplicate")
			}
			e.silent("nothing has happened to the source")
			e.send(b, "x")
			e.expectOnly(1, backend.ReadyReadable, "after data")
		},
	},
}
