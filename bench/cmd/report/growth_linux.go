package main

import (
	"fmt"

	"github.com/goetia-go/goetia/bench/internal/loop"
	"github.com/goetia-go/goetia/bench/internal/pair"
	"github.com/goetia-go/goetia/bench/internal/report"
	"github.com/goetia-go/goetia/bench/internal/source"
	"github.com/goetia-go/goetia/poll"
)

// growth shows what idle sources cost a wait, by mechanism: why epoll is the
// default where it exists.
func growth(r *report.Report, set *source.Set) {
	const bound = 1.5
	r.Section("Time per event as idle sources grow: epoll beside poll(2)",
		"One source is readable for good, the others are idle; all eight Pollers take turns.",
		"Only epoll has a target: poll(2) cannot but look at each source. Unit: "+pair.Clock+".")
	var rivals []pair.Rival
	mechs, counts := []poll.Mechanism{poll.Epoll, poll.Poll}, []int{10, 100, 1000, 10_000}
	for _, m := range mechs {
		for _, n := range counts {
			l, err := loop.NewPoller(m, set.Sources(n), poll.Level, nil)
			if err != nil {
				r.Fail(string(m), err)
				return
			}
			defer l.Close()
			rivals = append(rivals, pair.Rival{Name: fmt.Sprintf("%-5s %5d sources", m, n), Turn: l.Turn})
		}
	}
	if err := set.Signal(0); err != nil {
		r.Fail("a ready source", err)
		return
	}
	plan := pair.DefaultPlan
	plan.Rounds /= 3
	results, err := pair.Run(plan, rivals...)
	if err != nil {
		r.Fail("growth", err)
		return
	}
	for i, res := range results {
		first := results[i/len(counts)*len(counts)]
		ratio := res.Over(first)
		shown := fmt.Sprintf("%9.0f ns, %.1fx of that with %d", res.Median(), ratio.Median, counts[0])
		if mechs[i/len(counts)] == poll.Epoll {
			r.AtMost(res.Name, shown, ratio.Median, bound, "x")
		} else {
			r.Info(res.Name, shown)
		}
	}
	if err := set.Drain(0); err != nil {
		r.Fail("an idle source again", err)
	}
}
