package webserve

import (
	"bytes"
	"context"
	"crypto/tls"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

const (
	index = "<!DOCTYPE html><title>index</title><h1>it works</h1>"
	large = 1 << 20
)

// folder is what is served.
func folder(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{"index.html": index, "large.txt": strings.Repeat("goetia. ", large/8)} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// serve starts a server that ends with the test.
func serve(t testing.TB, o Options) (*Server, *bytes.Buffer) {
	t.Helper()
	var log bytes.Buffer
	o.Log, o.Dir = &log, folder(t)
	s, err := Listen("127.0.0.1:0", o)
	if err != nil {
		t.Fatal(err)
	}
	if parks := s.Parking() == nil; parks != o.Park {
		t.Error(s.Parking())
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return s, &log
}

// kinds are the ways in which it serves.
var kinds = map[string]Options{
	"parked":         {Park: true, Linger: time.Millisecond},
	"as always":      {},
	"parked TLS":     {Park: true, TLS: true, Linger: time.Millisecond},
	"TLS as always":  {TLS: true},
	"default linger": {Park: true},
}

func TestServe(t *testing.T) {
	for name, o := range kinds {
		t.Run(name, func(t *testing.T) {
			s, _ := serve(t, o)
			transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, ForceAttemptHTTP2: true}
			defer transport.CloseIdleConnections()
			client := &http.Client{Transport: transport, Timeout: 20 * time.Second}
			for path, want := range map[string]string{"": index, "large.txt": "goetia. goetia.", "debug/goetia/": "<title>goetia"} {
				res, err := client.Get(s.URL() + path)
				if err != nil {
					t.Fatal(err)
				}
				body, err := io.ReadAll(res.Body)
				res.Body.Close()
				if err != nil || res.StatusCode != http.StatusOK || !strings.Contains(string(body), want) {
					t.Errorf("%s: %s, %d bytes, %v", path, res.Status, len(body), err)
				}
				proto := "HTTP/1.1"
				if o.TLS {
					proto = "HTTP/2.0"
				}
				if res.Proto != proto {
					t.Errorf("%s: %s, want %s", path, res.Proto, proto)
				}
			}
		})
	}
}

// TestCurl: a client that nobody of the Go project has written uses one connection for
// several requests, with pauses in which that is parked.
func TestCurl(t *testing.T) {
	curl, err := exec.LookPath("curl")
	if err != nil {
		absent(t, "curl", err)
	}
	for name, o := range kinds {
		t.Run(name, func(t *testing.T) {
			s, _ := serve(t, o)
			// It waits for 10 ms between requests.
			cmd := exec.CommandContext(t.Context(), curl, "--silent", "--show-error", "--insecure", "--http1.1", "--rate", "100/s",
				"--write-out", "%{http_code} %{num_connects} %{size_download}\n", "--output", os.DevNull,
				s.URL()+"large.txt?[1-20]")
			out, err := cmd.CombinedOutput()
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			want := "200 1 1048576\n" + strings.Repeat("200 0 1048576\n", 19)
			if string(out) != want {
				t.Errorf("%s, want %s", out, want)
			}
			if n := s.Stats(); o.Linger > 0 && n.Parks == 0 {
				t.Errorf("nothing was parked: %+v", n)
			}
			// A range, a conditional request and a HEAD over the same connection.
			out, err = exec.CommandContext(t.Context(), curl, "--silent", "--insecure", "--http1.1", "--range", "8-14", s.URL()+"large.txt",
				"--next", "--silent", "--insecure", "--http1.1", "--head", s.URL()).CombinedOutput()
			if err != nil || !strings.HasPrefix(string(out), "goetia.HTTP/1.1 200 OK") {
				t.Errorf("%v %s", err, out)
			}
		})
	}
}

// absent skips a test whose program is not there, or fails if everything has to be. Under Wine
// there are none of them: it runs Windows' programs.
func absent(t *testing.T, program string, err error) {
	t.Helper()
	if os.Getenv("GOETIA_REQUIRE") == "all" && runtime.GOOS != "windows" {
		t.Fatalf("no %s: %v", program, err)
	}
	t.Skipf("NOT RUN: no %s on this machine: %v", program, err)
}

// TestWrk: under load no connection is lost, neither while they are busy nor while
// the server parks them between two runs.
func TestWrk(t *testing.T) {
	wrk, err := exec.LookPath("wrk")
	if err != nil {
		absent(t, "wrk", err)
	}
	for name, o := range kinds {
		t.Run(name, func(t *testing.T) {
			s, _ := serve(t, o)
			out, err := exec.CommandContext(t.Context(), wrk, "--threads", "1", "--connections", "50", "--duration", "1s", "--timeout", "60s", s.URL()).CombinedOutput()
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			for _, bad := range []string{"Socket errors", "Non-2xx"} {
				if strings.Contains(string(out), bad) {
					t.Errorf("%s", out)
				}
			}
			if !strings.Contains(string(out), "Requests/sec") {
				t.Errorf("%s", out)
			}
		})
	}
}
