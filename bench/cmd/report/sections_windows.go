package main

import (
	"errors"

	"github.com/goetia-go/goetia/bench/internal/report"
	"github.com/goetia-go/goetia/bench/internal/source"
	"github.com/goetia-go/goetia/poll"
)

func sections(r *report.Report) error {
	return measure(r, []part{
		{"sources", sources},
		always("allocs", func(r *report.Report) { allocs(r, 50) }),
		always("futures", futures),
		always("idle", func(r *report.Report) { idleConns(r, 5_000, 1, 500) }),
		always("web", func(r *report.Report) { idleWeb(r, 5_000, 1, 1200) }),
	})
}

// sources measures AFD and WSAPoll with many registrations.
func sources(r *report.Report) error {
	last := sockets[len(sockets)-1]
	set, err := source.New(last)
	if err != nil {
		return err
	}
	defer set.Close()
	outcomes := make(map[poll.Mechanism]outcome)
	failures := make(map[poll.Mechanism]error)
	for _, m := range poll.Mechanisms() {
		out, err := measured(m, set)
		if err != nil {
			failures[m] = err
			continue
		}
		outcomes[m] = out
	}

	if out, ok := outcomes[poll.AFD]; ok {
		calls(r, out)
	}
	r.Section("Time per event as idle sockets grow: AFD beside WSAPoll",
		"The time inside Wait and Modify, in brackets compared with 100 sockets. Wine passes every",
		"call through one server process, whose own cost grows with the number of sockets: the",
		"times compare mechanisms inside one Wine and must not be read as Windows' scaling.")
	for _, m := range poll.Mechanisms() {
		switch out, ok := outcomes[m]; {
		case ok:
			growth(r, m, out)
		case m == poll.SockNotify && errors.Is(failures[m], poll.ErrUnsupported):
			r.Info(string(m), "this system lacks it") // as Wine does
		default:
			r.Fail(string(m), failures[m])
		}
	}
	memory(r, last)
	for _, m := range poll.Mechanisms() {
		if out, ok := outcomes[m]; ok {
			memoryLine(r, m, out.heap)
		}
	}
	return nil
}
