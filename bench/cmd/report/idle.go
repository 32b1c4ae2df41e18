//go:build linux || windows

package main

import (
	"fmt"
	"slices"

	"github.com/goetia-go/goetia/bench/internal/idle"
	"github.com/goetia-go/goetia/bench/internal/quantile"
	"github.com/goetia-go/goetia/bench/internal/report"
)

// taskBound is what a connection with a task of its own may take: in all where it has no net.Conn,
// and on top of one elsewhere.
const taskBound = 700

// idleConns compares what idle connections cost different servers.
func idleConns(r *report.Report, n, runs int, bound float64) {
	r.Section(fmt.Sprintf("Memory of an idle connection: %d TCP connections after one echo each", n),
		fmt.Sprintf("The server's %s, for each connection; median of %d run(s), each in a fresh process, with the", idle.Kind, runs),
		"connections made by another one. The target is for what comes on top of a bare net.Conn, and that of aio, where",
		"it has no net.Conn, for all.")
	costs := make(map[string]float64)
	names := idle.Names()
	samples := make(map[string][]float64)
	for range runs {
		for _, name := range names {
			bytes, err := idle.Measure(name, n)
			if err != nil {
				r.Fail(name, err)
				names = slices.DeleteFunc(slices.Clone(names), func(s string) bool { return s == name })
				continue
			}
			samples[name] = append(samples[name], bytes)
		}
	}
	for name, all := range samples {
		costs[name] = quantile.Of(all, 0.5)
	}
	bare, ok := costs[idle.Bare]
	if !ok {
		return
	}
	for _, name := range names {
		above := costs[name] - bare
		shown := fmt.Sprintf("%6.0f B each, %6.0f B above the bare connection", costs[name], above)
		switch name {
		case idle.Ours:
			r.AtMost(name, shown, above, bound, " B above")
		case idle.OursFutures:
			if idle.BareTasks {
				r.AtMost(name, shown, costs[name], taskBound, " B")
			} else {
				r.AtMost(name, shown, above, taskBound, " B above")
			}
		default:
			r.Info(name, shown)
		}
	}
}
