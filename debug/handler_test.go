package debug

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/goetia-go/goetia"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// mute is a connection without a descriptor that is never ready, so that there can be
// more than a system has descriptors.
type mute struct{ net.Conn }

func (mute) NotifyReady(goetia.Interest, func(goetia.Readiness)) func() bool {
	return func() bool { return true }
}

// simulated is a Reactor with n armed watches.
func simulated(t testing.TB, n int) *goetia.Reactor {
	t.Helper()
	r, err := goetia.New(goetia.WithSimulation())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	for range n {
		if _, err := r.AfterReadable(mute{}, func(goetia.Readiness) {}); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

func do(t testing.TB, h http.Handler, method, url string) (*http.Response, string) {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), method, url, nil))
	res := w.Result()
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(body)
}

func get(t testing.TB, h http.Handler, url string) string {
	t.Helper()
	res, body := do(t, h, http.MethodGet, url)
	if res.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s %s", url, res.Status, body)
	}
	return body
}

func TestPage(t *testing.T) {
	h := Handler(simulated(t, 3))
	res, body := do(t, h, http.MethodGet, "/debug/goetia/")
	for name, want := range map[string]string{
		"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store",
		"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
		"Content-Length": fmt.Sprint(len(body)),
	} {
		if got := res.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	for _, want := range []string{
		"simulated", "notifier", "3 listed", "never", "kernel changes", "No callback has had a goroutine yet",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	for _, bad := range []string{"ZgotmplZ", "<no value>", "handler_test.go", "http-equiv", "style="} {
		if strings.Contains(body, bad) {
			t.Errorf("the page says %q", bad)
		}
	}
	if body := get(t, h, "/?sites=1"); !strings.Contains(body, "handler_test.go:") {
		t.Error("no sites")
	}
	if body := get(t, h, "/?refresh=7"); !strings.Contains(body, `http-equiv="refresh" content="7"`) {
		t.Error("no refresh")
	}
}

// TestPolicy: it lets exactly the script and the style of the page run, and nothing on
// the page is loaded from elsewhere.
func TestPolicy(t *testing.T) {
	res, body := do(t, Handler(simulated(t, 0)), http.MethodGet, "/")
	csp := res.Header.Get("Content-Security-Policy")
	for directive, element := range map[string]string{"script-src": "script", "style-src": "style"} {
		found := regexp.MustCompile(`(?s)<`+element+`>(.*?)</`+element+`>`).FindAllStringSubmatch(body, -1)
		if len(found) != 1 {
			t.Fatalf("%d of %s", len(found), element)
		}
		if want := directive + " '" + digest(found[0][1]) + "'"; !strings.Contains(csp, want) {
			t.Errorf("%q does not say %s", csp, want)
		}
	}
	if !strings.HasPrefix(csp, "default-src 'none'") {
		t.Error(csp)
	}
	if m := regexp.MustCompile(`(src|href)="[^"?]|url\(|@import|\bon\w+="`).FindString(body); m != "" {
		t.Errorf("the page has %q", m)
	}
}

func TestMethods(t *testing.T) {
	h := Handler(simulated(t, 1))
	res, body := do(t, h, http.MethodHead, "/")
	if res.StatusCode != http.StatusOK || body != "" || res.Header.Get("Content-Length") == "" {
		t.Errorf("HEAD: %s %q", res.Status, body)
	}
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodOptions, "X"} {
		res, _ := do(t, h, method, "/")
		if res.StatusCode != http.StatusMethodNotAllowed || res.Header.Get("Allow") != "GET, HEAD" {
			t.Errorf("%s: %s, Allow %q", method, res.Status, res.Header.Get("Allow"))
		}
	}
}

// TestHostile: what comes with the request is shown as text.
func TestHostile(t *testing.T) {
	h := Handler(simulated(t, 1))
	for _, url := range []string{
		`/?q="><script>alert(1)</script>`,
		`/?q=%22%3E%3Cimg%20src=x%20onerror=alert(1)%3E&sort=javascript:alert(1)`,
		"/?q=" + strings.Repeat("%ff", 10000),
		"/?n=-1&refresh=-1&sort=nothing&sites=maybe",
		"/?n=99999999999999999999&refresh=99999999999",
		"/?q=" + strings.Repeat("a+", 5000),
		"/?%zz",
	} {
		body := get(t, h, strings.NewReplacer(`"`, "%22", "<", "%3C", ">", "%3E").Replace(url))
		if strings.Contains(body, "<script>alert") || strings.Contains(body, "<img") || strings.Contains(body, "javascript:") {
			t.Errorf("%.60s is not escaped", url)
		}
		if len(body) > 64<<10 {
			t.Errorf("%.60s: %d bytes", url, len(body))
		}
	}
}

// TestVeryManySources: the page stays small and is quickly made.
func TestVeryManySources(t *testing.T) {
	h := Handler(simulated(t, 50_000))
	body := get(t, h, "/")
	if !strings.Contains(body, "200 listed") || !strings.Contains(body, "there are more") || len(body) > 128<<10 {
		t.Errorf("%d bytes", len(body))
	}
	if n := strings.Count(get(t, h, "/?n=1000000&sites=1&sort=-wake"), "notifier"); n > maxSources+10 {
		t.Errorf("%d sources", n)
	}
	var v view
	if err := json.Unmarshal([]byte(get(t, h, "/?format=json&q=nobody")), &v); err != nil || len(v.Sources) != 0 {
		t.Errorf("%d sources, %v", len(v.Sources), err)
	}
}

// TestOneWithVeryManyWatches: of those, too, only some are shown.
func TestOneWithVeryManyWatches(t *testing.T) {
	r := simulated(t, 0)
	s, err := r.RegisterConn(mute{})
	if err != nil {
		t.Fatal(err)
	}
	for range 1000 {
		if _, err := s.AfterReadable(func(goetia.Readiness) {}); err != nil {
			t.Fatal(err)
		}
	}
	if body := get(t, Handler(r), "/"); !strings.Contains(body, "and 992 more") || len(body) > 16<<10 {
		t.Errorf("%d bytes", len(body))
	}
}

func TestClosedReactor(t *testing.T) {
	r, err := goetia.New()
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if body := get(t, Handler(r), "/"); !strings.Contains(body, "<strong>closed</strong>") {
		t.Error("the page does not say that it is closed")
	}
}

// pair makes a connection to this machine.
func pair(t testing.TB) (near, far net.Conn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	near, err = net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { near.Close() })
	far, err = l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { far.Close() })
	return near, far
}

// TestWhatHappens: a connection, its callbacks and their rate are seen.
func TestWhatHappens(t *testing.T) {
	r, err := goetia.New(goetia.WithBackground())
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	h := Handler(r)
	a, _ := pair(t)
	done := make(chan struct{}, 1)
	s, err := r.RegisterConn(a) // for itself it would be forgotten when nobody has waited for a while
	if err != nil {
		t.Fatal(err)
	}
	w, err := s.AfterWritable(func(goetia.Readiness) { done <- struct{}{} })
	if err != nil {
		t.Fatal(err)
	}
	<-done
	fires := func() (c counter, v view) {
		if err := json.Unmarshal([]byte(get(t, h, "/?format=json")), &v); err != nil {
			t.Fatal(err)
		}
		for _, c := range v.Counters {
			if c.Name == "fires" {
				return c, v
			}
		}
		t.Fatal("no counter of fires")
		return c, v
	}
	if c, v := fires(); c.Value != 1 || c.Rate != nil || v.Over != 0 || len(v.Sources) != 1 || v.Sources[0].LastWake.IsZero() {
		t.Errorf("%+v %+v", c, v)
	}
	for range 9 {
		if err := w.Rearm(); err != nil {
			t.Fatal(err)
		}
		<-done
	}
	time.Sleep(shortest)
	c, v := fires()
	if c.Value != 10 || c.Rate == nil || *c.Rate <= 0 || *c.Rate > 9/shortest.Seconds() || v.Over < shortest {
		t.Errorf("%+v %+v", c, v)
	}
	if v.Latency.Total != 10 || len(v.Latency.Bars) == 0 || v.Latency.P50 <= 0 {
		t.Errorf("%+v", v.Latency)
	}
	if body := get(t, h, "/"); !strings.Contains(body, "<svg") || !strings.Contains(body, "10 callbacks") {
		t.Error("no histogram")
	}
}

// TestConcurrently: many look while things happen.
func TestConcurrently(t *testing.T) {
	r, err := goetia.New(goetia.WithBackground(), goetia.WithShards(2))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	h := Handler(r)
	var all sync.WaitGroup
	for i := range 4 {
		all.Go(func() {
			for range 10 {
				get(t, h, []string{"/", "/?sites=1&sort=handle", "/?format=json&q=hidden", "/?q=idle>1ms"}[i])
			}
		})
	}
	a, _ := pair(t)
	for range 50 {
		if err := r.WaitWritable(t.Context(), a); err != nil {
			t.Fatal(err)
		}
	}
	all.Wait()
}

// once is for runs with -count.
var once sync.Once

// TestDefaultMux: importing is enough, and nothing else is taken.
func TestDefaultMux(t *testing.T) {
	body := get(t, http.DefaultServeMux, "/debug/goetia/")
	if !strings.Contains(body, "goetia") {
		t.Error(body)
	}
	for path, want := range map[string]int{
		"/debug/goetia": http.StatusTemporaryRedirect, "/debug/goetia/x": http.StatusNotFound, "/": http.StatusNotFound,
	} {
		if res, _ := do(t, http.DefaultServeMux, http.MethodGet, path); res.StatusCode != want && res.StatusCode != http.StatusMovedPermanently {
			t.Errorf("%s: %s", path, res.Status)
		}
	}
	if res, _ := do(t, http.DefaultServeMux, http.MethodPost, "/debug/goetia/"); res.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("POST: %s", res.Status)
	}
	if res, body := do(t, http.DefaultServeMux, http.MethodHead, "/debug/goetia/"); res.StatusCode != http.StatusOK || body != "" {
		t.Errorf("HEAD: %s", res.Status)
	}
	// A program's own pattern must not clash.
	once.Do(func() { http.HandleFunc("GET /", http.NotFound) })
}

// TestReports: what stands above the Reactor is shown, and escaped.
func TestReports(t *testing.T) {
	r := simulated(t, 0)
	remove := r.AddReport("shop <b>", func() []goetia.Metric {
		return []goetia.Metric{{Name: "parked <i>", Value: 12345, Gauge: true}}
	})
	h := Handler(r)
	body := get(t, h, "/")
	if !strings.Contains(body, "shop &lt;b&gt;") || !strings.Contains(body, "parked &lt;i&gt;") || !strings.Contains(body, "12") {
		t.Error(body)
	}
	if body := get(t, h, "/?format=json"); !strings.Contains(body, `"value":12345,"gauge":true`) {
		t.Error(body)
	}
	remove()
	if body := get(t, h, "/"); strings.Contains(body, "shop") {
		t.Error("it is shown after it was removed")
	}
}
