package main

import (
	"fmt"

	"github.com/goetia-go/goetia/bench/internal/loop"
	"github.com/goetia-go/goetia/bench/internal/pair"
	"github.com/goetia-go/goetia/bench/internal/report"
	"github.com/goetia-go/goetia/bench/internal/source"
	"github.com/goetia-go/goetia/poll"
)

// uring compares the two mechanisms of Linux that need no thread, in the mode that
// they differ in.
func uring(r *report.Report, set *source.Set) {
	r.Section("Re-armed events: io_uring beside epoll",
		fmt.Sprintf("Some of %d sources, oneshot. \"ready for good\": they are readable all the time, and armed again;", set.Len()),
		"\"signalled\": each round writes them, waits, reads them and arms them again, and its time has all of",
		"that. System calls are those of waiting and arming, as Stats counts them; io_uring should need fewer.",
		"Unit: "+pair.Clock+". Ratios: io_uring to epoll, median of the rounds, and quartiles.")
	if err := canUring(); err != nil {
		r.Info("io_uring", err.Error())
		return
	}
	for _, ready := range []int{1, 64, 1000} {
		what := fmt.Sprintf("%4d of %5d", ready, set.Len())
		if err := uringCase(r, what, set, ready); err != nil {
			r.Fail(what, err)
		}
	}
}

// canUring says why not, if this kernel has no io_uring.
func canUring() error {
	p, err := poll.New(poll.WithMechanism(poll.IOUring))
	if err != nil {
		return err
	}
	return p.Close()
}

// both are the rivals, the one that is measured first.
var both = []poll.Mechanism{poll.IOUring, poll.Epoll}

func uringCase(r *report.Report, what string, set *source.Set, ready int) error {
	var signalled []pair.Rival
	var calls []float64
	for _, m := range both {
		l, err := loop.NewServed(m, set)
		if err != nil {
			return err
		}
		defer l.Close()
		if err := l.Grow(set.Len()); err != nil {
			return err
		}
		const rounds = 50
		if err := l.Round(ready); err != nil {
			return err
		}
		l.Reset()
		for range rounds {
			if err := l.Round(ready); err != nil {
				return err
			}
		}
		calls = append(calls, l.Count().Calls())
		signalled = append(signalled, pair.Rival{Name: string(m), Turn: func() (int, error) { return ready, l.Round(ready) }})
	}
	r.AtMost(what+", system calls", fmt.Sprintf("%.3f for each event, epoll %.3f", calls[0], calls[1]), calls[0]/calls[1], 1, "x")
	if err := uringTimes(r, what+", signalled", signalled); err != nil {
		return err
	}

	if err := set.SignalSpread(ready); err != nil {
		return err
	}
	var steady []pair.Rival
	for _, m := range both {
		l, err := loop.NewPoller(m, set.Sources(set.Len()), poll.Oneshot, nil)
		if err != nil {
			return err
		}
		defer l.Close()
		steady = append(steady, pair.Rival{Name: string(m), Turn: l.Turn})
	}
	if err := uringTimes(r, what+", ready for good", steady); err != nil {
		return err
	}
	return set.DrainAll()
}

func uringTimes(r *report.Report, what string, rivals []pair.Rival) error {
	results, err := pair.Run(pair.DefaultPlan, rivals...)
	if err != nil {
		return err
	}
	r.Info(what, fmt.Sprintf("%7.1f ns for each event, epoll %7.1f ns: %v",
		results[0].Median(), results[1].Median(), results[0].Over(results[1])))
	return nil
}
