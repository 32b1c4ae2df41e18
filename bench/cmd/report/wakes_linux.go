package main

import (
	"fmt"
	"time"

	"github.com/goetia-go/goetia/bench/internal/quantile"
	"github.com/goetia-go/goetia/bench/internal/report"
	"github.com/goetia-go/goetia/bench/internal/wakeup"
)

// blocks is how many blocks of samples each loop gets, in turn.
const blocks = 40

// wakes compares how long an idle Poller and an idle blocking loop take to wake.
func wakes(r *report.Report) {
	r.Section("Wake latency: idle Poller beside a goroutine blocked in epoll_wait",
		fmt.Sprintf("From the write (or Notify) to the return of Wait; %d blocks of 25 wakes for each, in turn,", blocks),
		"0.4 ms of idleness before each. The hand-written loop is notified through an eventfd.",
		"netpoll, for comparison, is a goroutine that waits as conn.Read does; io_uring the Poller through that.",
		"The machine is shared: the last percents are its scheduler's, and change from run to run.")
	others := []opener{{"netpoll", wakeup.NewNetpoll}}
	if canUring() == nil {
		others = append(others, opener{"io_uring", wakeup.NewIOUring})
	}
	goroutine, err := wakeup.NewGoroutine()
	if err != nil {
		r.Fail("goroutine", err)
		return
	}
	defer goroutine.Close()
	wakesFrom(r, "written by a goroutine", goroutine, others...)

	process, err := wakeup.NewProcess()
	if err != nil {
		r.Fail("process", err)
		return
	}
	wakesFrom(r, "written by a process", process, others...)
	if err := process.Close(); err != nil {
		r.Fail("process", err)
	}

	notification, err := wakeup.NewNotification()
	if err != nil {
		r.Fail("notification", err)
		return
	}
	defer notification.Close()
	wakesFrom(r, "Notify", notification)
}

func wakesFrom(r *report.Report, what string, src wakeup.Source, others ...opener) {
	openers := append([]opener{
		{"poller", wakeup.NewPoller},
		{"blocking", wakeup.NewBlocking},
	}, others...)
	samples := make([][]int64, len(openers))
	for range blocks {
		for i, o := range openers {
			block, err := wakeup.Block(src, o.open)
			if err != nil {
				r.Fail(what, fmt.Errorf("%s: %w", o.name, err))
				return
			}
			// The first of a block starts its goroutine.
			samples[i] = append(samples[i], block[1:]...)
		}
	}
	for _, q := range []float64{0.5, 0.9, 0.99} {
		ours, theirs := quantile.Of(samples[0], q), quantile.Of(samples[1], q)
		ratio := float64(ours) / float64(theirs)
		shown := fmt.Sprintf("%8v, blocking %8v: %.3f", micros(ours), micros(theirs), ratio)
		for i, o := range others {
			shown += fmt.Sprintf(" (%s %v)", o.name, micros(quantile.Of(samples[i+2], q)))
		}
		r.AtMost(fmt.Sprintf("%s, p%.0f", what, 100*q), shown, ratio, overRaw, "x")
	}
}

type opener struct {
	name string
	open func(fd int) (wakeup.Waiter, error)
}

func micros(nanos int64) time.Duration { return time.Duration(nanos).Round(100 * time.Nanosecond) }
