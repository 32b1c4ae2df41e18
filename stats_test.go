package goetia

import (
	"reflect"
	"testing"
	"time"

	"github.com/goetia-go/goetia/poll"
)

// TestPollStatsForgetNothing: each number of each shard's Poller is in the sum.
func TestPollStatsForgetNothing(t *testing.T) {
	var one poll.Stats
	fill := func(v reflect.Value) {
		for i := range v.NumField() {
			switch f := v.Field(i); {
			case f.CanInt():
				f.SetInt(int64(i + 1))
			case f.CanUint():
				f.SetUint(uint64(i + 1))
			}
		}
	}
	fill(reflect.ValueOf(&one).Elem())
	fill(reflect.ValueOf(&one.Kernel).Elem())
	if got := addPoll(poll.Stats{}, one); got != one {
		t.Errorf("the sum of nothing and %+v is %+v", one, got)
	}
}

// TestStatsCountWhatIsThere: the numbers that are kept are those that a walk through
// everything finds, whatever way a watch has ended.
func TestStatsCountWhatIsThere(t *testing.T) {
	r := open(t, WithShards(2), WithSweep(10*time.Millisecond))
	compare := func(when string) {
		t.Helper()
		var sources, watches int
		for until := time.Now().Add(soon); ; {
			st, snap := r.Stats(), r.Snapshot(SnapshotOptions{MaxSources: -1})
			sources, watches = len(snap.Sources), 0
			for _, s := range snap.Sources {
				watches += s.Armed
			}
			if st.Sources == sources && st.Watches == watches {
				return
			}
			if time.Now().After(until) { // a sweep may come between the two
				t.Fatalf("%s: %d sources and %d watches are counted, %d and %d are there", when, st.Sources, st.Watches, sources, watches)
			}
		}
	}
	c := newFired()
	fire, _ := tcp(t)
	stop, _ := tcp(t)
	late, _ := tcp(t)
	shut, _ := tcp(t)
	gone, _ := tcp(t)
	check[*Watch](t)(r.AfterWritable(fire, c.call))
	c.wait(t)
	compare("after a fire")
	check[*Watch](t)(r.AfterReadable(stop, c.call)).Stop()
	compare("after a stop")
	check[*Watch](t)(r.AfterReadable(late, c.call)).SetTimeout(0)
	c.wait(t)
	compare("after a deadline")
	s := check[*Source](t)(r.RegisterConn(shut))
	check[*Watch](t)(s.AfterReadable(c.call))
	compare("while one waits")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	c.wait(t)
	compare("after Source.Close")
	check[*Watch](t)(r.AfterReadable(gone, c.call))
	gone.Close()
	c.wait(t)
	compare("after a close")
	if n := r.Stats().Watches; n != 0 {
		t.Errorf("%d watches", n)
	}
}

// TestQuantile: a share of at least q is below what Quantile says, and a smaller one below the
// bucket before.
func TestQuantile(t *testing.T) {
	for n := 1; n <= 200; n++ {
		var h Histogram
		for i := range n {
			h.add(int64(1) << (i % 40))
		}
		for _, q := range []float64{0, 0.01, 0.5, 0.7, 0.9, 0.99, 0.999, 1} {
			got, below, before := h.Quantile(q), uint64(0), uint64(0)
			for i, c := range h.Counts {
				if BucketUpper(i) <= got {
					before, below = below, below+c
				}
			}
			if float64(below) < q*float64(n) || q > 0 && float64(before) >= q*float64(n) && before > 0 {
				t.Fatalf("%d values, of which %d are below %v, the quantile %v, and %d below its bucket", n, below, got, q, before)
			}
		}
	}
}

// TestReports: what stands above a Reactor is asked for its numbers with the Reactor's own,
// until it is removed.
func TestReports(t *testing.T) {
	r := open(t)
	if got := r.Stats().Reports; got != nil {
		t.Error(got)
	}
	asked := uint64(0)
	report := func() []Metric {
		asked++
		return []Metric{{Name: "asked", Value: asked}}
	}
	removeB := r.AddReport("b", report)
	removeA := r.AddReport("a", report)
	want := []Report{{"a", []Metric{{Name: "asked", Value: 1}}}, {"b", []Metric{{Name: "asked", Value: 2}}}}
	if got := r.Stats().Reports; !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	removeA()
	removeA()
	if got := r.Stats().Reports; len(got) != 1 || got[0].Name != "b" {
		t.Error(got)
	}
	removeB()
	if got := r.Stats().Reports; len(got) != 0 {
		t.Error(got)
	}
}
