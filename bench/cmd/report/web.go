//go:build linux || windows

package main

import (
	"fmt"

	"github.com/goetia-go/goetia/bench/internal/idle"
	"github.com/goetia-go/goetia/bench/internal/quantile"
	"github.com/goetia-go/goetia/bench/internal/report"
)

// idleWeb compares what idle connections cost servers of HTTP.
func idleWeb(r *report.Report, n, runs int, bound float64) {
	r.Section(fmt.Sprintf("Memory of an idle HTTP connection: %d keep-alive connections after one request each", n),
		fmt.Sprintf("The server's %s, for each connection; median of %d run(s), each in a fresh process, with the", idle.Kind, runs),
		"connections made by another one, a second after the last request. Without thin parking, which only Linux has, a",
		"parked connection keeps its net.TCPConn, which alone takes what the section before says of a bare net.Conn.")
	for _, name := range idle.WebNames() {
		var samples []float64
		for range runs {
			bytes, err := idle.Measure(name, n)
			if err != nil {
				r.Fail(name, err)
				break
			}
			samples = append(samples, bytes)
		}
		if len(samples) < runs {
			continue
		}
		cost := quantile.Of(samples, 0.5)
		shown := fmt.Sprintf("%6.0f B each", cost)
		if name == idle.OursHTTP {
			r.AtMost(name, shown, cost, bound, " B")
		} else {
			r.Info(name, shown)
		}
	}
}
