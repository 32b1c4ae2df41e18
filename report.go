package goetia

import (
	"slices"
	"strings"
	"sync"
)

// Metric is a number that something above the Reactor reports: see [Reactor.AddReport].
type Metric struct {
	// Name is a few words in lower case.
	Name  string `json:"name"`
	Value uint64 `json:"value"`
	// Gauge: the value goes up and down. Otherwise it only goes up.
	Gauge bool `json:"gauge,omitempty"`
}

// Report is what one thing above the Reactor reports.
type Report struct {
	Name    string   `json:"name"`
	Metrics []Metric `json:"metrics"`
}

// reports are those who report.
type reports struct {
	mu  sync.Mutex
	all []*reporter
}

type reporter struct {
	name string
	f    func() []Metric
}

// AddReport has what f returns shown with the Reactor's own numbers, under name, until
// remove is called. f is called by [Reactor.Stats], possibly by several goroutines at a
// time, and must not call that. Names need not differ. It panics if f is nil.
func (r *Reactor) AddReport(name string, f func() []Metric) (remove func()) {
	if f == nil {
		panic("goetia: AddReport of no function")
	}
	one := &reporter{name, f}
	r.reports.mu.Lock()
	r.reports.all = append(r.reports.all, one)
	r.reports.mu.Unlock()
	return func() {
		r.reports.mu.Lock()
		defer r.reports.mu.Unlock()
		r.reports.all = slices.DeleteFunc(r.reports.all, func(o *reporter) bool { return o == one })
	}
}

// take asks all, in the order of their names.
func (r *reports) take() []Report {
	r.mu.Lock()
	all := slices.Clone(r.all)
	r.mu.Unlock()
	slices.SortStableFunc(all, func(a, b *reporter) int { return strings.Compare(a.name, b.name) })
	var out []Report
	for _, one := range all {
		out = append(out, Report{one.name, one.f()})
	}
	return out
}
