package debug

import (
	"context"
	"time"

	"github.com/goetia-go/goetia"
)

// view is what is shown, as a page or as JSON.
type view struct {
	goetia.Snapshot
	Counters []counter `json:"counters"`
	// Over is what the rates are over, in nanoseconds; zero if there are none yet.
	Over    time.Duration `json:"rates_over_ns"`
	Gauges  []gauge       `json:"gauges"`
	Latency latency       `json:"latency"`
	// Reports are those of what stands above the Reactor, such as package httppark.
	Reports []goetia.Report `json:"reports,omitempty"`
	Query   query           `json:"-"`
}

type counter struct {
	Name  string   `json:"name"`
	Help  string   `json:"-"`
	Value uint64   `json:"value"`
	Rate  *float64 `json:"per_second,omitempty"`
}

type gauge struct {
	Name  string `json:"name"`
	Help  string `json:"-"`
	Value int    `json:"value"`
}

// watchesShown is how many watches of a source are.
const watchesShown = 8

func look(ctx context.Context, r *goetia.Reactor, m *meter, q query) view {
	st := r.Stats()
	v := view{
		Counters: counters(&st),
		Gauges:   gauges(&st),
		Latency:  latencyOf(&st.Latency),
		Reports:  st.Reports,
		Query:    q,
	}
	values := make([]uint64, len(v.Counters))
	for i, c := range v.Counters {
		values[i] = c.Value
	}
	now := time.Now()
	rates, over := m.measure(now, values)
	v.Over = over
	for i := range rates {
		v.Counters[i].Rate = &rates[i]
	}
	o := goetia.SnapshotOptions{MaxSources: q.N, Sites: q.Sites}
	if len(q.match) > 0 {
		o.Only = func(s goetia.SourceState) bool { return ctx.Err() == nil && q.match.ok(&s, now) }
	}
	v.Snapshot = r.Snapshot(o)
	order(v.Sources, q.Sort)
	for i := range v.Sources {
		s := &v.Sources[i]
		s.Watches = s.Watches[:min(len(s.Watches), watchesShown)]
	}
	return v
}

func counters(st *goetia.Stats) []counter {
	c, p := &st.Counters, &st.Poll
	return []counter{
		{"registrations", "sources registered, hidden ones included", c.Registrations, nil},
		{"arms", "times that a watch was armed", c.Arms, nil},
		{"fires", "times that a watch has fired", c.Fires, nil},
		{"timeouts", "fires because of a deadline", c.Timeouts, nil},
		{"timers", "times that a Timer or an interval has fired", c.Timers, nil},
		{"spurious", "events that found nobody waiting for them", c.Spurious, nil},
		{"wakes", "Waits that were interrupted for something earlier", c.Wakes, nil},
		{"rearm errors", "times that the kernel refused to go on watching", c.RearmErrors, nil},
		{"poll batches", "times that the mechanism returned events", p.Batches, nil},
		{"poll events", "events reported by the Pollers", p.Events, nil},
		{"poll stale", "events dropped because their registration had changed", p.Stale, nil},
		{"poll notifies", "notifications that were not coalesced", p.Notifies, nil},
		{"kernel waits", "system calls that wait for or fetch events", p.Kernel.Waits, nil},
		{"kernel changes", "system calls that register, arm or modify", p.Kernel.Changes, nil},
		{"kernel cancels", "system calls that withdraw an operation", p.Kernel.Cancels, nil},
		{"kernel completions", "events or packets fetched", p.Kernel.Completions, nil},
	}
}

func gauges(st *goetia.Stats) []gauge {
	return []gauge{
		{"sources", "registrations now, hidden ones included", st.Sources},
		{"watches", "armed watches", st.Watches},
		{"timers set", "timers and deadlines", st.TimersSet},
		{"callbacks waiting", "have fired and wait for a goroutine", st.Waiting},
		{"callbacks running", "goroutines that run callbacks", st.Running},
		{"kernel operations", "operations that the kernel holds", int(st.Poll.Kernel.Outstanding)},
	}
}
