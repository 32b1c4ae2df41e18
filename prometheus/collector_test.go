package goetiaprom

import (
	"context"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/prometheus/client_golang/prometheus/testutil"
	dto "github.com/prometheus/client_model/go"

	"github.com/goetia-go/goetia"
)

// busy is a Reactor that has something to tell, and has come to rest.
func busy(t testing.TB, fires int) *goetia.Reactor {
	t.Helper()
	r, err := goetia.New(goetia.WithBackground())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	conn, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	done := make(chan struct{})
	for range fires {
		if _, err := r.AfterWritable(conn, func(goetia.Readiness) { done <- struct{}{} }); err != nil {
			t.Fatal(err)
		}
		<-done
	}
	// The goroutine that has called back is the last to come to rest, and the end of the Reactor does
	// not wait for it.
	for until := time.Now().Add(time.Minute); r.Stats().Running > 0; time.Sleep(time.Millisecond) {
		if time.Now().After(until) {
			t.Fatal("a callback does not end")
		}
	}
	return r
}

// gather returns the metrics of a registry by name.
func gather(t testing.TB, g prometheus.Gatherer) map[string][]*dto.Metric {
	t.Helper()
	families, err := g.Gather()
	if err != nil {
		t.Fatal(err)
	}
	found := make(map[string][]*dto.Metric)
	for _, f := range families {
		found[f.GetName()] = f.GetMetric()
	}
	return found
}

func label(m *dto.Metric, name string) string {
	for _, l := range m.GetLabel() {
		if l.GetName() == name {
			return l.GetValue()
		}
	}
	return ""
}

func TestLint(t *testing.T) {
	problems, err := testutil.CollectAndLint(NewCollector(busy(t, 3), Options{Labels: prometheus.Labels{"zone": "a"}}))
	if err != nil || len(problems) > 0 {
		t.Errorf("%v %v", problems, err)
	}
}

// TestValues: each is that of Stats. The Reactor is closed, so that none moves.
func TestValues(t *testing.T) {
	r := busy(t, 7)
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	reg := prometheus.NewPedanticRegistry()
	reg.MustRegister(NewCollector(r, Options{}))
	got, st := gather(t, reg), r.Stats()
	if st.Fires != 7 || st.Latency.Total() != 7 {
		t.Fatalf("%+v", st)
	}
	want := map[string]float64{
		"goetia_registrations_total":     float64(st.Registrations),
		"goetia_arms_total":              float64(st.Arms),
		"goetia_fires_total":             float64(st.Fires),
		"goetia_timeouts_total":          float64(st.Timeouts),
		"goetia_timer_fires_total":       float64(st.Timers),
		"goetia_spurious_events_total":   float64(st.Spurious),
		"goetia_wakes_total":             float64(st.Wakes),
		"goetia_rearm_errors_total":      float64(st.RearmErrors),
		"goetia_sources":                 float64(st.Sources),
		"goetia_watches":                 float64(st.Watches),
		"goetia_timers":                  float64(st.TimersSet),
		"goetia_callbacks_waiting":       float64(st.Waiting),
		"goetia_callbacks_running":       float64(st.Running),
		"goetia_kernel_operations":       float64(st.Poll.Kernel.Outstanding),
		"goetia_poll_batches_total":      float64(st.Poll.Batches),
		"goetia_poll_events_total":       float64(st.Poll.Events),
		"goetia_poll_stale_events_total": float64(st.Poll.Stale),
		"goetia_poll_notifies_total":     float64(st.Poll.Notifies),
		"goetia_kernel_completions_total": float64(
			st.Poll.Kernel.Completions),
	}
	for name, v := range want {
		m := got[name]
		if len(m) != 1 {
			t.Errorf("%s: %d metrics", name, len(m))
			continue
		}
		if have := m[0].GetCounter().GetValue() + m[0].GetGauge().GetValue(); have != v {
			t.Errorf("%s is %v, want %v", name, have, v)
		}
		if l := label(m[0], "reactor"); l != "default" {
			t.Errorf("%s of reactor %q", name, l)
		}
	}
	calls := make(map[string]float64)
	for _, m := range got["goetia_kernel_calls_total"] {
		calls[label(m, "call")] = m.GetCounter().GetValue()
	}
	k := st.Poll.Kernel
	if !maps.Equal(calls, map[string]float64{"wait": float64(k.Waits), "change": float64(k.Changes), "cancel": float64(k.Cancels)}) {
		t.Errorf("calls: %v, want %+v", calls, k)
	}
	if m := got["goetia_info"]; len(m) != 1 || label(m[0], "mechanism") != string(r.Mechanism()) {
		t.Errorf("%v", m)
	}
	h := got["goetia_callback_latency_seconds"][0].GetHistogram()
	if h.GetSampleCount() != 7 || h.GetSampleSum() != st.Latency.Sum.Seconds() || len(h.GetBucket()) != 25 {
		t.Errorf("%v", h)
	}
	if len(got) != len(want)+3 {
		t.Errorf("%d families: %v", len(got), slices.Sorted(maps.Keys(got)))
	}
}

// TestHistogram: each bound counts what is not above it, to the nanosecond.
func TestHistogram(t *testing.T) {
	var h goetia.Histogram
	values := []time.Duration{0, 1, 1023, 1024, 1535, 1536, 2047, 2048, 1 << 20, 1<<20 - 1, time.Second, 1<<34 - 1, 1 << 34, time.Hour}
	for _, v := range values {
		i := 0
		for i < len(h.Counts)-1 && v >= goetia.BucketUpper(i) {
			i++
		}
		h.Counts[i]++
		h.Sum += v
	}
	below, total, sum := cumulate(&h)
	if total != uint64(len(values)) || sum != h.Sum.Seconds() || len(below) != 25 {
		t.Fatalf("%d values, sum %v, %d bounds", total, sum, len(below))
	}
	for bound, n := range below {
		want := uint64(0)
		for _, v := range values {
			if seconds(v) <= bound {
				want++
			}
		}
		if n != want {
			t.Errorf("%d are not above %v s, want %d", n, bound, want)
		}
	}
	if n := below[1.023e-6]; n != 3 {
		t.Errorf("%d below 1.024 µs: %v", n, below)
	}
}

// TestTwoReactors: they are told apart by name, and one name is taken once.
func TestTwoReactors(t *testing.T) {
	reg := prometheus.NewPedanticRegistry()
	a, b := busy(t, 1), busy(t, 4)
	reg.MustRegister(NewCollector(a, Options{Name: "a"}), NewCollector(b, Options{Name: "b"}))
	fires := make(map[string]float64)
	for _, m := range gather(t, reg)["goetia_fires_total"] {
		fires[label(m, "reactor")] = m.GetCounter().GetValue()
	}
	if !maps.Equal(fires, map[string]float64{"a": 1, "b": 4}) {
		t.Errorf("%v", fires)
	}
	if err := reg.Register(NewCollector(b, Options{Name: "a"})); err == nil {
		t.Error("the name was taken twice")
	}
}

func TestScraped(t *testing.T) {
	reg := prometheus.NewRegistry()
	r := busy(t, 2)
	reg.MustRegister(NewCollector(r, Options{Name: "main", Labels: prometheus.Labels{"zone": "x"}}))
	srv := httptest.NewServer(promhttp.HandlerFor(reg, promhttp.HandlerOpts{ErrorHandling: promhttp.HTTPErrorOnError}))
	defer srv.Close()
	scrape := func() string {
		res, err := http.Get(srv.URL)
		if err != nil {
			t.Error(err)
			return ""
		}
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		if err != nil || res.StatusCode != http.StatusOK {
			t.Errorf("%s %v %s", res.Status, err, body)
		}
		return string(body)
	}
	body := scrape()
	for _, want := range []string{
		`goetia_fires_total{reactor="main",zone="x"} 2`,
		`goetia_callback_latency_seconds_count{reactor="main",zone="x"} 2`,
		`goetia_callback_latency_seconds_bucket{reactor="main",zone="x",le="1.023e-06"}`,
		`goetia_callback_latency_seconds_bucket{reactor="main",zone="x",le="+Inf"} 2`,
		`goetia_kernel_calls_total{call="wait",reactor="main",zone="x"}`,
		`goetia_info{mechanism="` + string(r.Mechanism()) + `",reactor="main",zone="x"} 1`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("no %s in\n%s", want, body)
		}
	}
	// Several at a time, while something happens.
	var all sync.WaitGroup
	for range 3 {
		all.Go(func() {
			for range 5 {
				scrape()
			}
		})
	}
	conn, err := net.Dial("tcp", srv.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for range 100 {
		if err := r.WaitWritable(context.Background(), conn); err != nil {
			t.Fatal(err)
		}
	}
	all.Wait()
}

func TestDefault(t *testing.T) {
	if n := testutil.CollectAndCount(NewCollector(nil, Options{})); n != 19+3+2 {
		t.Errorf("%d metrics", n)
	}
}

func TestLabelTaken(t *testing.T) {
	for _, label := range []string{"reactor", "call", "le", "mechanism", "name", "of"} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("the label %s was taken", label)
				}
			}()
			NewCollector(nil, Options{Labels: prometheus.Labels{label: "x"}})
		}()
	}
}

// TestReportOfAnyBytes: what is reported under a name that is no text, such as a socket's path, does
// not end the program that is scraped.
func TestReportOfAnyBytes(t *testing.T) {
	reg := prometheus.NewPedanticRegistry()
	r := busy(t, 1)
	for _, name := range []string{"a\xff", "a\xfe"} { // which are the same to Prometheus
		defer r.AddReport(name, func() []goetia.Metric { return []goetia.Metric{{Name: "m\xff", Value: 7}} })()
	}
	reg.MustRegister(NewCollector(r, Options{}))
	all := gather(t, reg)["goetia_report"]
	if len(all) != 1 || label(all[0], "of") != "a\uFFFD" || label(all[0], "name") != "m\uFFFD" || all[0].GetUntyped().GetValue() != 7 {
		t.Errorf("%v", all)
	}
}
