package main

import (
	"github.com/goetia-go/goetia/bench/internal/loop"
	"github.com/goetia-go/goetia/bench/internal/report"
	"github.com/goetia-go/goetia/bench/internal/source"
	"github.com/goetia-go/goetia/bench/internal/wakeup"
	"github.com/goetia-go/goetia/poll"
)

func sections(r *report.Report) error {
	wakeup.Peer()
	return measure(r, []part{
		always("events", events),
		always("allocs", func(r *report.Report) { allocs(r, 1000) }),
		always("wakes", wakes),
		{"sources", sources},
		always("reactor", reactor),
		always("futures", futures),
		always("aio", func(r *report.Report) { echoes(r, 6) }),
		always("idle", func(r *report.Report) { idleConns(r, 15_000, 3, 250) }),
		always("web", func(r *report.Report) { idleWeb(r, 15_000, 3, 1200) }),
		always("busy", func(r *report.Report) { activeWeb(r, 16) }),
	})
}

// sources measures what many registrations cost.
func sources(r *report.Report) error {
	const many = 10_000
	set, err := source.New(many)
	if err != nil {
		return err
	}
	defer set.Close()
	memory(r, many)
	for _, m := range poll.Mechanisms() {
		bytes, err := heapOf(m, set)
		if err != nil {
			r.Fail(string(m), err)
			continue
		}
		memoryLine(r, m, bytes)
	}
	growth(r, set)
	uring(r, set)
	return nil
}

// heapOf registers all sources and returns how many bytes each added to the heap.
func heapOf(m poll.Mechanism, set *source.Set) (float64, error) {
	before := heap()
	l, err := loop.NewServed(m, set)
	if err != nil {
		return 0, err
	}
	defer l.Close()
	if err := l.Grow(set.Len()); err != nil {
		return 0, err
	}
	return float64(heap()-before) / float64(set.Len()), nil
}
