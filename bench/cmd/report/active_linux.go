package main

import (
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
	"time"

	"github.com/goetia-go/goetia/bench/internal/idle"
	"github.com/goetia-go/goetia/bench/internal/quantile"
	"github.com/goetia-go/goetia/bench/internal/report"
)

// run is what one run of wrk has measured.
type run struct {
	perSecond float64
	p99       time.Duration
}

var (
	rate = regexp.MustCompile(`Requests/sec:\s+([0-9.]+)`)
	p99  = regexp.MustCompile(`99%\s+([0-9.]+(?:us|ms|s))`)
)

func wrk(addr string) (r run, err error) {
	out, err := exec.Command("wrk", "--threads", "1", "--connections", "100", "--duration", "1s", "--latency", "http://"+addr+"/").CombinedOutput()
	if err != nil {
		return r, fmt.Errorf("%w: %s", err, out)
	}
	n, slow := rate.FindSubmatch(out), p99.FindSubmatch(out)
	if n == nil || slow == nil {
		return r, fmt.Errorf("wrk says %s", out)
	}
	if r.perSecond, err = strconv.ParseFloat(string(n[1]), 64); err != nil {
		return r, err
	}
	r.p99, err = time.ParseDuration(string(slow[1]))
	return r, err
}

// activeWeb compares connections that are never idle.
func activeWeb(r *report.Report, pairs int) {
	r.Section("Requests over 100 busy keep-alive connections: wrk, one thread",
		fmt.Sprintf("httppark against net/http, both of them there all the time: %d pairs of runs of a second, in turn;", pairs),
		"the medians of the pairs' ratios, and their quartiles. Time for each request stands for requests in each time.")
	fail := func(err error) { r.Fail("wrk", err) }
	if _, err := exec.LookPath("wrk"); err != nil {
		fail(err)
		return
	}
	names := []string{idle.BareHTTP, idle.OursHTTP}
	addrs := make([]string, len(names))
	for i, name := range names {
		addr, stop, err := idle.Serve(name)
		if err != nil {
			fail(err)
			return
		}
		defer stop()
		addrs[i] = addr
	}
	var cost, slow, rates, ourRates []float64
	for i := range pairs {
		var of [2]run
		for j := range of {
			which := (i + j) % 2 // each is the first as often as the other
			var err error
			if of[which], err = wrk(addrs[which]); err != nil {
				fail(err)
				return
			}
			if of[which].perSecond == 0 || of[which].p99 == 0 {
				fail(errors.New("nothing was served"))
				return
			}
		}
		cost = append(cost, of[0].perSecond/of[1].perSecond)
		slow = append(slow, float64(of[1].p99)/float64(of[0].p99))
		rates, ourRates = append(rates, of[0].perSecond), append(ourRates, of[1].perSecond)
	}
	show := func(v []float64) string {
		return fmt.Sprintf("%.3f times net/http's (%.3f to %.3f)", quantile.Of(v, 0.5), quantile.Of(v, 0.25), quantile.Of(v, 0.75))
	}
	r.Info(idle.BareHTTP, fmt.Sprintf("%.0f requests/s", quantile.Of(rates, 0.5)))
	r.Info(idle.OursHTTP, fmt.Sprintf("%.0f requests/s", quantile.Of(ourRates, 0.5)))
	r.AtMost("time for each request", show(cost), quantile.Of(cost, 0.5), 1/0.97, " times")
	r.AtMost("99th percentile", show(slow), quantile.Of(slow, 0.5), 1.05, " times")
}
