package main

import (
	"fmt"
	"time"

	"github.com/goetia-go/goetia/bench/internal/loop"
	"github.com/goetia-go/goetia/bench/internal/report"
	"github.com/goetia-go/goetia/bench/internal/source"
	"github.com/goetia-go/goetia/poll"
)

// perCase bounds a case: with ten thousand sockets one event takes milliseconds
// under Wine, and fifty of them count as well as a thousand.
const perCase = time.Second

var (
	sockets = []int{100, 1000, 10_000}
	active  = []int{1, 64}
)

// outcome is what one mechanism did at each number of sockets and of active ones
// among them, and what a socket costs the heap.
type outcome struct {
	counts [][]loop.Count
	heap   float64
}

func measured(m poll.Mechanism, set *source.Set) (outcome, error) {
	var out outcome
	before := heap()
	l, err := loop.NewServed(m, set)
	if err != nil {
		return out, err
	}
	defer l.Close()
	for _, n := range sockets {
		if err := l.Grow(n); err != nil {
			return out, err
		}
		var row []loop.Count
		for _, k := range active {
			c, err := count(l, k)
			if err != nil {
				return out, fmt.Errorf("%d active of %d: %w", k, n, err)
			}
			row = append(row, c)
		}
		out.counts = append(out.counts, row)
	}
	out.heap = float64(heap()-before) / float64(sockets[len(sockets)-1])
	return out, nil
}

func count(l *loop.Served, active int) (loop.Count, error) {
	// The first round makes buffers, and connects sockets that are to be
	// signalled.
	if err := l.Round(active); err != nil {
		return loop.Count{}, err
	}
	l.Reset()
	began := time.Now()
	for rounds := 0; rounds < 1000 && (rounds < 5 || time.Since(began) < perCase); rounds++ {
		if err := l.Round(active); err != nil {
			return loop.Count{}, err
		}
	}
	return l.Count(), nil
}

// calls prints system calls per event among more and more idle sockets.
func calls(r *report.Report, out outcome) {
	r.Section("System calls per event among idle sockets: AFD",
		"One round signals the active sockets, waits, reads and arms them again. Allowed are one",
		"submit for each event and one dequeue for each round, and nothing for idle sockets.",
		"These counts are the library's own (Stats) and hold on Windows as well.")
	for j, k := range active {
		for i, n := range sockets {
			c := out.counts[i][j]
			shown := fmt.Sprintf("%.3f calls/event (%.3f submits, %.3f dequeues, %.3f cancels)",
				c.Calls(), c.Changes, c.Waits, c.Cancels)
			r.AtMost(fmt.Sprintf("%5d sockets, %2d active", n, k), shown, c.Calls(), 1+1/float64(k), " calls/event")
		}
		last := len(sockets) - 1
		grown := out.counts[last][j].Calls() / out.counts[0][j].Calls()
		r.AtMost(fmt.Sprintf("growth from %d to %d, %d active", sockets[0], sockets[last], k),
			fmt.Sprintf("%.3fx", grown), grown, 1.01, "x")
	}
}

// growth prints what an event takes with more and more idle sockets.
func growth(r *report.Report, m poll.Mechanism, out outcome) {
	for i, n := range sockets {
		one, many := out.counts[i][0], out.counts[i][1]
		times := func(c, first loop.Count) string {
			return fmt.Sprintf("%v/event (%.1fx)", c.Time.Round(time.Microsecond), float64(c.Time)/float64(first.Time))
		}
		r.Info(fmt.Sprintf("%-8s %5d sockets", m, n), fmt.Sprintf("%d active: %s, %d active: %s",
			active[0], times(one, out.counts[0][0]), active[1], times(many, out.counts[0][1])))
	}
}
