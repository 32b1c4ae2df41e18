package debug

import (
	"net/url"
	"testing"
	"time"

	"github.com/goetia-go/goetia"
)

var (
	now    = time.Unix(1_000_000, 0)
	sample = goetia.SourceState{
		Shard: 1, Handle: 70, Kept: true, Layers: "observed+tls", Asked: "writable",
		LastWake: now.Add(-time.Minute),
		Watches:  []goetia.WatchState{{Interest: "readable", Deadline: now.Add(time.Second), Site: "/x/y.go:12 (f)"}, {Interest: "writable"}},
	}
	sleeper = goetia.SourceState{Handle: 7, Layers: "plain", Asked: "none"}
)

func TestMatch(t *testing.T) {
	for words, want := range map[string]bool{
		"": true, "tls": true, "observed": true, "readable": true, "writable": true, "kept": true, "y.go": true,
		"shard:1": true, "handle:70": true, "handle:7": false, "shard:0": false, "hidden": false, "plain": false,
		"idle>59s": true, "idle>61s": false, "idle>59": true, "idle>61": false, "idle>2m": false, "idle>nonsense": false, "never": false,
		"tls kept shard:1 idle>1s": true, "tls hidden": false, "handle:-1": false, "handle:x": false, "y.go:12": true,
	} {
		if got := parseMatch(words).ok(&sample, now); got != want {
			t.Errorf("%q: %t", words, got)
		}
	}
	for words, want := range map[string]bool{"never": true, "idle>1h": true, "hidden": true, "handle:7": true, "tls": false} {
		if got := parseMatch(words).ok(&sleeper, now); got != want {
			t.Errorf("the sleeper, %q: %t", words, got)
		}
	}
}

func TestOrder(t *testing.T) {
	for by, first := range map[string]uintptr{
		"": 70, "shard": 7, "-shard": 70, "handle": 7, "-handle": 70, "layers": 70, "-layers": 7,
		"wake": 7, "-wake": 70, "asked": 7, "armed": 70, "deadline": 70, "-deadline": 7, "nothing": 70,
	} {
		list := []goetia.SourceState{sample, sleeper}
		order(list, by)
		if list[0].Handle != first {
			t.Errorf("by %q the first is %d", by, list[0].Handle)
		}
	}
}

func TestQueryURL(t *testing.T) {
	q := parse(url.Values{"n": {"5"}, "q": {`a&b="<`}, "sort": {"-handle"}, "sites": {"1"}, "refresh": {"3"}})
	v, err := url.ParseQuery(q.URL("wake")[1:])
	if err != nil {
		t.Fatal(err)
	}
	again := parse(v)
	if again.N != 5 || again.Text != q.Text || again.Sort != "wake" || !again.Sites || again.Refresh != 3 {
		t.Errorf("%+v", again)
	}
	if got := parse(nil).URL(""); got != "?" {
		t.Errorf("%q", got)
	}
}

func TestMeter(t *testing.T) {
	var m meter
	if rates, over := m.measure(now, []uint64{1, 10}); rates != nil || over != 0 {
		t.Errorf("%v over %v at first", rates, over)
	}
	rates, over := m.measure(now.Add(2*time.Second), []uint64{5, 10})
	if over != 2*time.Second || rates[0] != 2 || rates[1] != 0 {
		t.Errorf("%v over %v", rates, over)
	}
	// Too soon: the same again.
	rates, over = m.measure(now.Add(2*time.Second+shortest/2), []uint64{500, 10})
	if over != 2*time.Second || rates[0] != 2 {
		t.Errorf("%v over %v", rates, over)
	}
	if rates, _ = m.measure(now.Add(3*time.Second), []uint64{3, 12}); rates[0] != 0 || rates[1] != 2 {
		t.Errorf("%v", rates)
	}
}

func TestLatencyBars(t *testing.T) {
	var h goetia.Histogram
	h.Counts[10], h.Counts[13], h.Counts[12] = 1, 1000, 500
	l := latencyOf(&h)
	if len(l.Bars) != 4 || l.Total != 1501 {
		t.Fatalf("%+v", l)
	}
	for i, want := range []int{2, 0, 60, 120} {
		b := l.Bars[i]
		if b.Height != want || b.Y+b.Height != chartHigh || b.To != goetia.BucketUpper(10+i) || i > 0 && b.From != l.Bars[i-1].To {
			t.Errorf("bar %d: %+v", i, b)
		}
	}
}

func TestWords(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0s", 999: "999ns", 1234: "1.23µs", 1_234_567: "1.23ms", 61_234 * time.Millisecond: "1m1.2s", 601_234 * time.Millisecond: "10m1s", 100 * time.Hour: "100h0m0s",
	} {
		if got := short(d); got != want {
			t.Errorf("%d: %s, want %s", d, got, want)
		}
	}
	for v, want := range map[any]string{0: "0", 999: "999", 1000: "1\u202f000", -1000: "-1\u202f000", uint64(1234567): "1\u202f234\u202f567"} {
		if got := digits(v); got != want {
			t.Errorf("%v: %s", v, got)
		}
	}
	for r, want := range map[float64]string{0: "0", 0.26: "0.3", 9.5: "9.5", 12.5: "13", 12345: "12\u202f345"} {
		if got := rate(&r); got != want {
			t.Errorf("%v: %s", r, got)
		}
	}
}
