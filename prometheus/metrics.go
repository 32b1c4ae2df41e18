package goetiaprom

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/goetia-go/goetia"
)

// metrics lists the numbers. Those of one Desc follow one another.
func metrics(labels prometheus.Labels) []metric {
	var all []metric
	count := func(name, help string, value func(*goetia.Stats) uint64) {
		all = append(all, metric{
			desc: desc(name, help, labels), kind: prometheus.CounterValue,
			value: func(st *goetia.Stats) float64 { return float64(value(st)) },
		})
	}
	gauge := func(name, help string, value func(*goetia.Stats) int) {
		all = append(all, metric{
			desc: desc(name, help, labels), kind: prometheus.GaugeValue,
			value: func(st *goetia.Stats) float64 { return float64(value(st)) },
		})
	}
	count("registrations_total", "Sources registered, hidden ones included.", func(st *goetia.Stats) uint64 { return st.Registrations })
	count("arms_total", "Times that a watch was armed.", func(st *goetia.Stats) uint64 { return st.Arms })
	count("fires_total", "Times that a watch has fired.", func(st *goetia.Stats) uint64 { return st.Fires })
	count("timeouts_total", "Watches that fired because of a deadline.", func(st *goetia.Stats) uint64 { return st.Timeouts })
	count("timer_fires_total", "Times that a Timer or an interval has fired.", func(st *goetia.Stats) uint64 { return st.Timers })
	count("spurious_events_total", "Events that found nobody waiting for them.", func(st *goetia.Stats) uint64 { return st.Spurious })
	count("wakes_total", "Waits that were interrupted for something earlier than they knew of.", func(st *goetia.Stats) uint64 { return st.Wakes })
	count("rearm_errors_total", "Times that the kernel refused to go on watching a source.", func(st *goetia.Stats) uint64 { return st.RearmErrors })

	gauge("sources", "Registrations now, hidden ones included.", func(st *goetia.Stats) int { return st.Sources })
	gauge("watches", "Watches that are armed.", func(st *goetia.Stats) int { return st.Watches })
	gauge("timers", "Timers and deadlines that are set.", func(st *goetia.Stats) int { return st.TimersSet })
	gauge("callbacks_waiting", "Callbacks that wait for a goroutine.", func(st *goetia.Stats) int { return st.Waiting })
	gauge("callbacks_running", "Goroutines that run callbacks.", func(st *goetia.Stats) int { return st.Running })

	gauge("kernel_operations", "Operations that the kernel holds.", func(st *goetia.Stats) int { return int(st.Poll.Kernel.Outstanding) })

	count("poll_batches_total", "Times that the mechanism returned events.", func(st *goetia.Stats) uint64 { return st.Poll.Batches })
	count("poll_events_total", "Events that the Pollers reported.", func(st *goetia.Stats) uint64 { return st.Poll.Events })
	count("poll_stale_events_total", "Events dropped because their registration had changed.", func(st *goetia.Stats) uint64 { return st.Poll.Stale })
	count("poll_notifies_total", "Notifications that were not coalesced.", func(st *goetia.Stats) uint64 { return st.Poll.Notifies })
	count("kernel_completions_total", "Events or completion packets fetched from the kernel.", func(st *goetia.Stats) uint64 { return st.Poll.Kernel.Completions })

	calls := desc("kernel_calls_total", "System calls: those that wait for events, change what is watched, or cancel an operation.", labels, "call")
	for _, c := range []struct {
		call  string
		value func(*goetia.Stats) uint64
	}{
		{"wait", func(st *goetia.Stats) uint64 { return st.Poll.Kernel.Waits }},
		{"change", func(st *goetia.Stats) uint64 { return st.Poll.Kernel.Changes }},
		{"cancel", func(st *goetia.Stats) uint64 { return st.Poll.Kernel.Cancels }},
	} {
		all = append(all, metric{
			desc: calls, kind: prometheus.CounterValue, labels: []string{c.call},
			value: func(st *goetia.Stats) float64 { return float64(c.value(st)) },
		})
	}
	return all
}
