package main

import (
	"errors"
	"fmt"
	"net"
	"runtime"
	"testing"
	"time"

	"github.com/goetia-go/goetia"
	"github.com/goetia-go/goetia/bench/internal/pair"
	"github.com/goetia-go/goetia/bench/internal/quantile"
	"github.com/goetia-go/goetia/bench/internal/report"
)

// reactor compares callbacks with goroutines that wait in Read, and timers with those of
// package time.
func reactor(r *report.Report) {
	r.Section("AfterReadable beside a goroutine parked in Read",
		"From the first write to the last callback, or to the last return of Read; loopback TCP,",
		fmt.Sprintf("%d rounds in turn, 0.2 ms of idleness before each. What comes after (the read in the callback and", callbackRounds),
		"Rearm, or parking in Read again) is not in the time, and the callback has not read yet.")
	for _, c := range []struct {
		n     int
		bound float64
	}{{1, 1.2}, {64, 1.0}} {
		if err := callbacks(r, c.n, c.bound); err != nil {
			r.Fail(fmt.Sprintf("%d connections", c.n), err)
		}
	}
	if err := cycle(r, 64); err != nil {
		r.Fail("whole cycle", err)
	}
	if err := rearms(r); err != nil {
		r.Fail("Rearm", err)
	}
	for _, n := range []int{100, 1_000_000} {
		if err := timers(r, n); err != nil {
			r.Fail(fmt.Sprintf("%d timers", n), err)
		}
	}
}

const callbackRounds = 2000

// side is one of the two ways to wait for n connections.
type side struct {
	near, far []*net.TCPConn
	woken     chan struct{}
	// again has connection i wait once more.
	again func(i int) error
}

func (s *side) open(n int) error {
	s.woken = make(chan struct{}, n)
	for range n {
		near, far, err := tcpPair()
		if err != nil {
			return err
		}
		s.near, s.far = append(s.near, near), append(s.far, far)
	}
	return nil
}

func (s *side) close() {
	for i := range s.near {
		s.near[i].Close()
		s.far[i].Close()
	}
}

// round wakes all and says how long that took.
func (s *side) round() (int64, error) {
	time.Sleep(200 * time.Microsecond)
	message := []byte{1}
	began := time.Now()
	for _, c := range s.far {
		if _, err := c.Write(message); err != nil {
			return 0, err
		}
	}
	for range s.far {
		<-s.woken
	}
	took := time.Since(began)
	for i := range s.near {
		if err := s.again(i); err != nil {
			return 0, err
		}
	}
	return int64(took), nil
}

func callbacks(r *report.Report, n int, bound float64) error {
	re, err := goetia.New(goetia.WithBackground())
	if err != nil {
		return err
	}
	defer re.Close()
	var ours, theirs side
	defer ours.close()
	defer theirs.close()
	if err := errors.Join(ours.open(n), theirs.open(n)); err != nil {
		return err
	}
	watches := make([]*goetia.Watch, n)
	buf := make([]byte, 1)
	for i, c := range ours.near {
		if watches[i], err = re.AfterReadable(c, func(goetia.Readiness) { ours.woken <- struct{}{} }); err != nil {
			return err
		}
	}
	ours.again = func(i int) error {
		_, err := ours.near[i].Read(buf)
		return errors.Join(err, watches[i].Rearm())
	}
	park := make([]chan struct{}, n)
	for i, c := range theirs.near {
		park[i] = make(chan struct{})
		go func() {
			buf := make([]byte, 1)
			for {
				if _, err := c.Read(buf); err != nil {
					return
				}
				theirs.woken <- struct{}{}
				<-park[i]
			}
		}()
	}
	theirs.again = func(i int) error { park[i] <- struct{}{}; return nil }

	var a, b []int64
	var ratios []float64
	for range callbackRounds {
		x, err := ours.round()
		if err != nil {
			return err
		}
		y, err := theirs.round()
		if err != nil {
			return err
		}
		a, b, ratios = append(a, x), append(b, y), append(ratios, float64(x)/float64(y))
	}
	ratio := quantile.Of(ratios, 0.5)
	shown := fmt.Sprintf("%8v, Read %8v: %.3f (%.2f to %.2f)", micros(quantile.Of(a, 0.5)), micros(quantile.Of(b, 0.5)),
		ratio, quantile.Of(ratios, 0.25), quantile.Of(ratios, 0.75))
	r.AtMost(fmt.Sprintf("%d ready, median", n), shown, ratio, bound, "x")
	return nil
}

// rearms shows what the steady state allocates.
func rearms(r *report.Report) error {
	re, err := goetia.New(goetia.WithBackground())
	if err != nil {
		return err
	}
	defer re.Close()
	near, far, err := tcpPair()
	if err != nil {
		return err
	}
	defer near.Close()
	defer far.Close()
	fired := make(chan struct{}, 1)
	w, err := re.AfterReadable(near, func(goetia.Readiness) { fired <- struct{}{} })
	if err != nil {
		return err
	}
	if _, err := far.Write([]byte{1}); err != nil {
		return err
	}
	<-fired
	var failed error
	n := testing.AllocsPerRun(2000, func() {
		if err := w.Rearm(); err != nil {
			failed = err
			return
		}
		<-fired
	})
	r.AtMost("allocations of Rearm and the callback", fmt.Sprint(n), n, 0, "")
	return failed
}

// timers compares timers with those of package time while n others are set.
func timers(r *report.Report, n int) error {
	r.Section(fmt.Sprintf("Timers beside time.AfterFunc, with %d others set", n),
		"Processor time for each; the first two are a timer made and stopped, and one put off again and again.")
	re, err := goetia.New(goetia.WithBackground())
	if err != nil {
		return err
	}
	defer re.Close()
	nothing := func() {}
	far := func(i int) time.Duration { return time.Hour + time.Duration(i)*time.Millisecond }
	// Both crowds at once, so that the collector has the same to do for both.
	before := heap()
	crowd := make([]*goetia.Timer, n)
	for i := range crowd {
		crowd[i] = re.AfterFunc(far(i), nothing)
	}
	ours := float64(heap()-before) / float64(n)
	before = heap()
	std := make([]*time.Timer, n)
	for i := range std {
		std[i] = time.AfterFunc(far(i), nothing)
	}
	theirs := float64(heap()-before) / float64(n)
	const portion = 64
	compare := func(what string, goetiaTurn, stdTurn func()) error {
		results, err := pair.Run(pair.DefaultPlan,
			pair.Rival{Name: "goetia", Turn: func() (int, error) { repeat(portion, goetiaTurn); return portion, nil }},
			pair.Rival{Name: "time", Turn: func() (int, error) { repeat(portion, stdTurn); return portion, nil }})
		if err != nil {
			return err
		}
		ratio := results[0].Over(results[1])
		r.AtMost(what, fmt.Sprintf("%6.1f ns, time %6.1f ns: %v", results[0].Median(), results[1].Median(), ratio), ratio.Median, 1.0, "x")
		return nil
	}
	err = compare("AfterFunc and Stop",
		func() { re.AfterFunc(time.Minute, nothing).Stop() },
		func() { time.AfterFunc(time.Minute, nothing).Stop() })
	if err != nil {
		return err
	}
	at := 0
	next := func() int { at = (at + 1) % n; return at }
	err = compare("Reset, one of the others",
		func() { i := next(); crowd[i].Reset(far(i)) },
		func() { i := next(); std[i].Reset(far(i)) })
	if err != nil {
		return err
	}
	near, away, err := tcpPair()
	if err != nil {
		return err
	}
	defer near.Close()
	defer away.Close()
	w, err := re.AfterReadable(near, func(goetia.Readiness) {})
	if err != nil {
		return err
	}
	defer w.Stop()
	err = compare("SetTimeout of a watch, and Reset",
		func() { w.SetTimeout(time.Hour) },
		func() { std[0].Reset(time.Hour) })
	if err != nil {
		return err
	}
	allocs := testing.AllocsPerRun(1000, func() { crowd[next()].Reset(time.Hour) })
	r.AtMost("allocations of Reset", fmt.Sprint(allocs), allocs, 0, "")
	if n > 1000 {
		r.AtMost("heap for each", fmt.Sprintf("%.0f B, time %.0f B", ours, theirs), ours/theirs, 1.0, "x")
	}
	for i := range crowd {
		crowd[i].Stop()
		std[i].Stop()
	}
	runtime.KeepAlive(crowd)
	return nil
}

func repeat(n int, f func()) {
	for range n {
		f()
	}
}
