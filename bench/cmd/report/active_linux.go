package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
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
	// cpu is the server's processor time for each request.
	cpu time.Duration
}

var (
	rate = regexp.MustCompile(`Requests/sec:\s+([0-9.]+)`)
	p99  = regexp.MustCompile(`99%\s+([0-9.]+(?:us|ms|s))`)
	all  = regexp.MustCompile(`(\d+) requests in`)
)

// processorTime is what a process has used so far (proc(5)).
func processorTime(pid int) (time.Duration, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	fields := bytes.Fields(b[bytes.LastIndexByte(b, ')')+1:])
	if len(fields) < 13 {
		return 0, fmt.Errorf("/proc/%d/stat: %q", pid, b)
	}
	var ticks int64
	for _, f := range fields[11:13] { // of the user's and of the system's time
		n, err := strconv.ParseInt(string(f), 10, 64)
		if err != nil {
			return 0, err
		}
		ticks += n
	}
	return time.Duration(ticks) * (time.Second / 100), nil
}

func wrk(s *idle.Server) (r run, err error) {
	before, err := processorTime(s.PID)
	if err != nil {
		return r, err
	}
	out, err := exec.Command("wrk", "--threads", "1", "--connections", "100", "--duration", "2s", "--latency", "http://"+s.Addr+"/").CombinedOutput()
	if err != nil {
		return r, fmt.Errorf("%w: %s", err, out)
	}
	n, slow, total := rate.FindSubmatch(out), p99.FindSubmatch(out), all.FindSubmatch(out)
	if n == nil || slow == nil || total == nil {
		return r, fmt.Errorf("wrk says %s", out)
	}
	after, err := processorTime(s.PID)
	if err != nil {
		return r, err
	}
	requests, err := strconv.Atoi(string(total[1]))
	if err != nil {
		return r, err
	}
	r.cpu = (after - before) / time.Duration(max(requests, 1))
	if r.perSecond, err = strconv.ParseFloat(string(n[1]), 64); err != nil {
		return r, err
	}
	r.p99, err = time.ParseDuration(string(slow[1]))
	return r, err
}

// activeWeb compares connections that are never idle.
func activeWeb(r *report.Report, pairs int) {
	r.Section("Requests over 100 busy keep-alive connections: wrk, one thread",
		fmt.Sprintf("httppark against net/http, both of them there all the time: %d pairs of runs of two seconds, in turn;", pairs),
		"the medians of the pairs' ratios, and their quartiles. Time for each request stands for requests in each time;",
		"the server's processor time does not count what others do on the machine.")
	fail := func(err error) { r.Fail("wrk", err) }
	if _, err := exec.LookPath("wrk"); err != nil {
		fail(err)
		return
	}
	names := []string{idle.BareHTTP, idle.OursHTTP}
	servers := make([]*idle.Server, len(names))
	for i, name := range names {
		s, err := idle.Serve(name)
		if err != nil {
			fail(err)
			return
		}
		defer s.Stop()
		servers[i] = s
	}
	var cost, slow, cpu, rates, ourRates []float64
	for i := range pairs {
		var of [2]run
		for j := range of {
			which := (i + j) % 2 // each is the first as often as the other
			var err error
			if of[which], err = wrk(servers[which]); err != nil {
				fail(err)
				return
			}
			if of[which].perSecond == 0 || of[which].p99 == 0 || of[which].cpu == 0 {
				fail(errors.New("nothing was served"))
				return
			}
		}
		cost = append(cost, of[0].perSecond/of[1].perSecond)
		slow = append(slow, float64(of[1].p99)/float64(of[0].p99))
		cpu = append(cpu, float64(of[1].cpu)/float64(of[0].cpu))
		rates, ourRates = append(rates, of[0].perSecond), append(ourRates, of[1].perSecond)
	}
	show := func(v []float64) string {
		return fmt.Sprintf("%.3f times net/http's (%.3f to %.3f)", quantile.Of(v, 0.5), quantile.Of(v, 0.25), quantile.Of(v, 0.75))
	}
	r.Info(idle.BareHTTP, fmt.Sprintf("%.0f requests/s", quantile.Of(rates, 0.5)))
	r.Info(idle.OursHTTP, fmt.Sprintf("%.0f requests/s", quantile.Of(ourRates, 0.5)))
	r.AtMost("time for each request", show(cost), quantile.Of(cost, 0.5), 1/0.97, " times")
	r.AtMost("processor time for each request", show(cpu), quantile.Of(cpu, 0.5), 1/0.97, " times")
	r.AtMost("99th percentile", show(slow), quantile.Of(slow, 0.5), 1.05, " times")
}
