package goetiaprom

import (
	"fmt"
	"slices"
	"strings"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/goetia-go/goetia"
)

// Options configure [NewCollector]. The zero value will do.
type Options struct {
	// Name is the value of the label reactor, "default" if it is empty. Collectors in
	// one registry need different names.
	Name string
	// Labels are put on each metric besides. They must not include reactor, nor what
	// single metrics have: call, le, mechanism, name and of.
	Labels prometheus.Labels
}

// taken are the collector's own labels.
var taken = []string{"reactor", "call", "le", "mechanism", "name", "of"}

// NewCollector returns a collector of a Reactor's numbers, or of those of [goetia.Default] if
// r is nil; that one is opened at the first scrape. A scrape takes no longer when there are
// more connections. Of a Reactor that is closed it goes on to give the last numbers.
//
// It panics if Options.Labels has one that it must not have.
func NewCollector(r *goetia.Reactor, o Options) prometheus.Collector {
	labels := prometheus.Labels{"reactor": o.Name}
	if o.Name == "" {
		labels["reactor"] = "default"
	}
	for name, value := range o.Labels {
		if slices.Contains(taken, name) {
			panic(fmt.Sprintf("goetiaprom: the label %s (%q) is taken; see Options", name, value))
		}
		labels[name] = value
	}
	c := &collector{reactor: goetia.Default, metrics: metrics(labels)}
	if r != nil {
		c.reactor = func() (*goetia.Reactor, error) { return r, nil }
	}
	c.latency = desc("callback_latency_seconds", "Time from when the kernel told of an event to the start of the callback.", labels)
	c.report = desc("report", "What stands above the Reactor reports, such as a listener of package httppark.", labels, "of", "name")
	c.info = desc("info", "How the Reactor asks the kernel; always 1.", labels, "mechanism")
	return c
}

type collector struct {
	reactor       func() (*goetia.Reactor, error)
	metrics       []metric
	latency, info *prometheus.Desc
	report        *prometheus.Desc
}

// metric is one number.
type metric struct {
	desc  *prometheus.Desc
	kind  prometheus.ValueType
	value func(*goetia.Stats) float64
	// labels are the values of the Desc's variable labels.
	labels []string
}

func desc(name, help string, labels prometheus.Labels, variable ...string) *prometheus.Desc {
	return prometheus.NewDesc("goetia_"+name, help, variable, labels)
}

// Describe implements prometheus.Collector.
func (c *collector) Describe(to chan<- *prometheus.Desc) {
	for i, m := range c.metrics {
		if i == 0 || m.desc != c.metrics[i-1].desc {
			to <- m.desc
		}
	}
	to <- c.latency
	to <- c.info
	to <- c.report
}

// Collect implements prometheus.Collector.
func (c *collector) Collect(to chan<- prometheus.Metric) {
	r, err := c.reactor()
	if err != nil {
		to <- prometheus.NewInvalidMetric(c.info, err)
		return
	}
	st := r.Stats()
	for _, m := range c.metrics {
		to <- prometheus.MustNewConstMetric(m.desc, m.kind, m.value(&st), m.labels...)
	}
	below, total, sum := cumulate(&st.Latency)
	to <- prometheus.MustNewConstHistogram(c.latency, total, sum, below)
	to <- prometheus.MustNewConstMetric(c.info, prometheus.GaugeValue, 1, string(r.Mechanism()))
	seen := make(map[[2]string]bool)
	for _, rep := range st.Reports {
		for _, m := range rep.Metrics {
			// A name can be that of a file, and so any bytes; labels cannot.
			id := [2]string{strings.ToValidUTF8(rep.Name, "\uFFFD"), strings.ToValidUTF8(m.Name, "\uFFFD")}
			if seen[id] {
				continue // two of one name are for people to tell apart
			}
			seen[id] = true
			to <- prometheus.MustNewConstMetric(c.report, prometheus.UntypedValue, float64(m.Value), id[0], id[1])
		}
	}
}
