package main

import (
	"os"

	"github.com/goetia-go/goetia/bench/internal/loop"
	"github.com/goetia-go/goetia/bench/internal/report"
	"github.com/goetia-go/goetia/bench/internal/source"
	"github.com/goetia-go/goetia/bench/internal/wakeup"
	"github.com/goetia-go/goetia/poll"
)

func sections(r *report.Report) error {
	switch os.Getenv("GOETIA_BENCH_SECTION") {
	case "web":
		webSections(r)
		return nil
	case "busy":
		activeWeb(r, busyPairs)
		return nil
	case "aio":
		aioSections(r)
		return nil
	}
	wakeup.Peer()
	const many = 10_000
	events(r)
	allocs(r, 1000)
	wakes(r)

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
	set.Close()
	reactor(r)
	futures(r)
	aioSections(r)
	webSections(r)
	return nil
}

const busyPairs = 16

func aioSections(r *report.Report) {
	echoes(r, 10)
	idleConns(r, 15_000, 3, 250)
}

func webSections(r *report.Report) {
	idleWeb(r, 15_000, 3, 1200)
	activeWeb(r, busyPairs)
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
