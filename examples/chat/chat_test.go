package main

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/goetia-go/goetia/examples/internal/tool"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func start(t *testing.T) (addr string) {
	t.Helper()
	return strings.TrimPrefix(tool.Start(t, run).Await(t, "listening on "), "listening on ")
}

func join(t *testing.T, addr string) *websocket.Conn {
	t.Helper()
	c, _, err := websocket.Dial(t.Context(), "ws://"+addr+"/room", nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.CloseNow() })
	return c
}

func hear(t *testing.T, c *websocket.Conn) string {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	_, b, err := c.Read(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestRoom(t *testing.T) {
	addr := start(t)
	a, b := join(t, addr), join(t, addr)
	if err := a.Write(t.Context(), websocket.MessageText, []byte("hello")); err != nil {
		t.Fatal(err)
	}
	for _, c := range []*websocket.Conn{a, b} {
		if got := hear(t, c); got != "hello" {
			t.Errorf("%q", got)
		}
	}
	done := make(chan error, 1)
	go func() { done <- b.Ping(t.Context()) }()
	go func() { _, _, _ = b.Read(t.Context()) }() // pongs are read by whoever reads
	if err := <-done; err != nil {
		t.Errorf("ping: %v", err)
	}
	if err := a.Close(websocket.StatusNormalClosure, "bye"); err != nil {
		t.Errorf("close: %v", err)
	}
	if err := b.Write(t.Context(), websocket.MessageText, []byte("anybody?")); err != nil {
		t.Errorf("the room ended with one of its members: %v", err)
	}
}

func TestCurl(t *testing.T) {
	addr := start(t)
	if out := tool.Run(t, "", "curl", "-sS", "--max-time", "30", "http://"+addr+"/"); out != string(page) {
		t.Errorf("%q", out)
	}
	if out := tool.Run(t, "", "curl", "-sS", "--max-time", "30", "-o", os.DevNull, "-w", "%{http_code}", "http://"+addr+"/room"); out[0] != '4' {
		t.Errorf("no upgrade: %q", out)
	}
}

// TestBrowser: the page says something in a browser, and shows what all have heard.
func TestBrowser(t *testing.T) {
	browser := tool.Need(t, "chromium")
	addr := start(t)
	witness := join(t, addr)
	ctx, stop := context.WithTimeout(t.Context(), 2*time.Minute)
	defer stop()
	cmd := exec.CommandContext(ctx, browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
		"--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-extensions",
		"--user-data-dir="+t.TempDir(), "--dump-dom", "--virtual-time-budget=5000", "http://"+addr+"/#hello%20from%20the%20page")
	cmd.Env = append(os.Environ(), "HOME="+t.TempDir())
	dom, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, dom)
	}
	for _, want := range []string{"<li>hello from the page</li>", "connected"} {
		if !strings.Contains(string(dom), want) {
			t.Errorf("the page has no %q:\n%s", want, dom)
		}
	}
	if got := hear(t, witness); got != "hello from the page" {
		t.Errorf("the others heard %q", got)
	}
}

// FuzzFrames: whatever comes is a frame, part of one, or an error.
func FuzzFrames(f *testing.F) {
	f.Add([]byte{0x81, 0x81, 1, 2, 3, 4, 'x' ^ 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		if fr, n, err := parseFrame(b); n > len(b) || err != nil && n != 0 || n > 0 && int64(len(fr.Payload)) != fr.Header.Length {
			t.Errorf("%d of %d bytes, %v", n, len(b), err)
		}
	})
}
