package webserve

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// TestBrowser: a browser shows the folder and the page, over connections that are
// parked between its requests.
func TestBrowser(t *testing.T) {
	browser, err := exec.LookPath("chromium")
	if err != nil {
		absent(t, "chromium", err)
	}
	for _, name := range []string{"parked", "parked TLS"} {
		t.Run(name, func(t *testing.T) {
			s, _ := serve(t, kinds[name])
			dump := func(path string, more ...string) string {
				t.Helper()
				ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
				defer cancel()
				args := append([]string{
					"--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
					"--disable-background-networking", "--disable-component-update", "--disable-extensions",
					"--ignore-certificate-errors", "--user-data-dir=" + t.TempDir(), "--dump-dom",
				}, more...)
				cmd := exec.CommandContext(ctx, browser, append(args, s.URL()+path)...)
				cmd.Env = append(os.Environ(), "HOME="+t.TempDir())
				out, err := cmd.Output()
				if err != nil {
					t.Fatalf("%v\n%s", err, out)
				}
				return string(out)
			}
			if dom := dump(""); !strings.Contains(dom, "it works") {
				t.Errorf("the folder:\n%s", dom)
			}
			// The page loads itself anew by its script, over the same connection, while
			// the browser's clock runs on.
			dom := dump("debug/goetia/", "--virtual-time-budget=6000")
			for _, want := range []string{"httppark 127.0.0.1:", "closed while parked", "parked"} {
				if !strings.Contains(dom, want) {
					t.Errorf("the page has no %q:\n%s", want, dom)
				}
			}
		})
	}
}
