package main

import (
	"fmt"

	"github.com/goetia-go/goetia/bench/internal/loop"
	"github.com/goetia-go/goetia/bench/internal/pair"
	"github.com/goetia-go/goetia/bench/internal/report"
	"github.com/goetia-go/goetia/bench/internal/source"
	"github.com/goetia-go/goetia/poll"
)

// overRaw is how much longer than a hand-written loop the Poller may take.
const overRaw = 1.10

// events compares the Poller with loops on the bare system calls.
func events(r *report.Report) {
	r.Section("Time per event: Poller beside hand-written epoll loops",
		"The three watch the same "+source.Kind+", of which some are readable for good, and take turns of",
		"half a millisecond. blocking is epoll_wait(-1) through x/sys on a locked thread; minimal is a",
		"bare epoll_pwait(0) that no scheduler hears of, a floor: it could not wait for anything.",
		"oneshot arms every source again, one epoll_ctl for each event.",
		"Unit: "+pair.Clock+". Ratios: median of the rounds, and quartiles.")
	for _, n := range []int{1000, 10_000} {
		for _, ready := range []int{1, 64, 1000} {
			for _, mode := range []poll.Mode{poll.Level, poll.Oneshot} {
				what := fmt.Sprintf("%4d ready of %5d, %-7v", ready, n, mode)
				if err := eventsCase(r, what, n, ready, mode); err != nil {
					r.Fail(what, err)
				}
			}
		}
	}
}

func eventsCase(r *report.Report, what string, n, ready int, mode poll.Mode) error {
	set, err := source.New(n)
	if err != nil {
		return err
	}
	defer set.Close()
	if err := set.SignalSpread(ready); err != nil {
		return err
	}
	var rivals []pair.Rival
	for _, kind := range loop.Kinds {
		l, err := loop.Open(kind, set, mode)
		if err != nil {
			return err
		}
		defer l.Close()
		rivals = append(rivals, pair.Rival{Name: kind, Turn: l.Turn})
	}
	results, err := pair.Run(pair.DefaultPlan, rivals...)
	if err != nil {
		return err
	}
	poller := results[0]
	for _, rival := range results[1:] {
		ratio := poller.Over(rival)
		shown := fmt.Sprintf("%7.1f ns, %-8s %7.1f ns: %v", poller.Median(), rival.Name, rival.Median(), ratio)
		r.AtMost(what, shown, ratio.Median, overRaw, "x")
	}
	return nil
}
