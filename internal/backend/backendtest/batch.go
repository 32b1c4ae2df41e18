package backendtest

import (
	"fmt"

	"github.com/goetia-go/goetia/internal/backend"
)

// ready registers n sources that are all readable, under keys from 0. What was sent is seen to
// have arrived before the first is registered.
func (e *env) ready(n int) []Endpoint {
	e.Helper()
	near := make([]Endpoint, n)
	for i := range near {
		a, b := e.pair()
		near[i] = a
		e.send(b, "x")
		e.settle(a, uint64(i))
		e.delete(a)
	}
	for i, a := range near {
		e.add(a, uint64(i), backend.Readable)
	}
	return near
}

var batchCases = []testCase{
	{
		name:  "batches",
		shows: "with less room than ready sources all are reported over several Waits, each once; with more, nothing else is",
		modes: []backend.Mode{backend.Oneshot, backend.Edge, backend.EdgeOneshot},
		run: func(e *env) {
			const n = 100
			near := e.ready(n)
			for _, room := range []int{1, 7, 64, 5000} {
				e.events = make([]backend.Event, room)
				seen := make(map[uint64]bool)
				for len(seen) < n {
					for _, ev := range e.next(fmt.Sprintf("room for %d, %d of %d seen", room, len(seen), n)) {
						if seen[uint64(ev.Token)] || ev.Token >= n {
							e.Fatalf("room for %d: got %s, the second time or unknown", room, eventNames([]backend.Event{ev}))
						}
						seen[uint64(ev.Token)] = true
					}
				}
				e.silent("all were reported")
				for i, s := range near {
					e.modify(s, uint64(i), backend.Readable)
				}
			}
		},
	},
	{
		name:  "no-starvation",
		shows: "in level mode with less room than ready sources every source gets its turn, and comes once in a batch",
		modes: []backend.Mode{backend.Level},
		run: func(e *env) {
			const n, room = 100, 8
			near := e.ready(n)
			e.events = make([]backend.Event, room)
			turns := make(map[uint64]int)
			waits := 0
			for ; len(turns) < n; waits++ {
				if waits > 20*n {
					e.Fatalf("after %d Waits with room for %d only %d of %d sources had a turn", waits, room, len(turns), n)
				}
				batch := make(map[uint64]bool)
				for _, ev := range e.next("all sources are ready") {
					if batch[uint64(ev.Token)] {
						e.Fatalf("key %d twice in one batch", ev.Token)
					}
					batch[uint64(ev.Token)] = true
					turns[uint64(ev.Token)]++
				}
			}
			e.Logf("%d Waits with room for %d gave each of %d sources a turn", waits, room, n)
			for _, s := range near {
				e.delete(s)
			}
			e.silent("all deleted")
		},
	},
}
