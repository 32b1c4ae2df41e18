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
		"The machine is shared: the last percents are its scheduler's, and change from run to run.")
	goroutine, err := wakeup.NewGoroutine()
	if err != nil {
		r.Fail("goroutine", err)
		return
	}
	defer goroutine.Close()
	wakesFrom(r, "written by a goroutine", goroutine)

	process, err := wakeup.NewProcess()
	if err != nil {
		r.Fail("process", err)
		return
	}
	wakesFrom(r, "written by a process", process)
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

func wakesFrom(r *report.Report, what string, src wakeup.Source) {
	var ours, theirs []int64
	for range blocks {
		a, err := wakeup.Block(src, wakeup.NewPoller)
		if err != nil {
			r.Fail(what, err)
			return
		}
		b, err := wakeup.Block(src, wakeup.NewBlocking)
		if err != nil {
			r.Fail(what, err)
			return
		}
		// The first of a block starts its goroutine.
		ours, theirs = append(ours, a[1:]...), append(theirs, b[1:]...)
	}
	for _, q := range []float64{0.5, 0.9, 0.99} {
		a, b := quantile.Of(ours, q), quantile.Of(theirs, q)
		ratio := float64(a) / float64(b)
		shown := fmt.Sprintf("%8v, blocking %8v: %.2f", micros(a), micros(b), ratio)
		r.AtMost(fmt.Sprintf("%s, p%.0f", what, 100*q), shown, ratio, overRaw, "x")
	}
}

func micros(nanos int64) time.Duration { return time.Duration(nanos).Round(100 * time.Nanosecond) }
