package websocket

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	coder "github.com/coder/websocket"
	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"
	"go.uber.org/goleak"

	"github.com/goetia-go/goetia/httppark"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience is for loaded machines; no test waits that long when all is well.
const patience = time.Minute

// servers are the examples, with a limit for each message.
var servers = map[string]func(*httppark.Parker, time.Duration) http.Handler{
	"gobwas/ws":       func(p *httppark.Parker, _ time.Duration) http.Handler { return Gobwas(p) },
	"coder/websocket": Coder,
}

// serve starts an example, and returns its address and the errors with which its
// connections end.
func serve(t *testing.T, name string, limit time.Duration) (addr string, parker *httppark.Parker, ended chan error) {
	t.Helper()
	ended = make(chan error, 1000)
	parker = &httppark.Parker{MessageTimeout: limit, Closed: func(_ net.Conn, err error) { ended <- err }}
	srv := &http.Server{Handler: servers[name](parker, limit)}
	srv.RegisterOnShutdown(func() { _ = parker.Close() })
	l, err := httppark.Listen("tcp", "127.0.0.1:0", httppark.WithServer(srv))
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Err(); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- srv.Serve(l) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := srv.Shutdown(ctx); err != nil {
			t.Error(err)
		}
		if err := parker.Close(); err != nil {
			t.Error(err)
		}
		<-done
	})
	return l.Addr().String(), parker, ended
}

func each(t *testing.T, f func(t *testing.T, name string)) {
	for name := range servers {
		t.Run(name, func(t *testing.T) { f(t, name) })
	}
}

// TestEcho: both libraries' clients are understood, in whatever pieces their messages come.
func TestEcho(t *testing.T) {
	each(t, func(t *testing.T, name string) {
		addr, _, _ := serve(t, name, patience)
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		c, res, err := coder.Dial(ctx, "ws://"+addr, nil)
		if err != nil {
			t.Fatal(err)
		}
		if res.Body != nil {
			res.Body.Close()
		}
		defer c.CloseNow()
		for _, text := range []string{"one", strings.Repeat("long ", 5000), ""} {
			if err := c.Write(ctx, coder.MessageText, []byte(text)); err != nil {
				t.Fatal(err)
			}
			if _, got, err := c.Read(ctx); err != nil || string(got) != text {
				t.Fatalf("%.20q, %v", got, err)
			}
		}
		g := dial(t, addr)
		for i := range 50 {
			text := fmt.Sprint("message ", i)
			if err := wsutil.WriteClientText(g, []byte(text)); err != nil {
				t.Fatal(err)
			}
			if got, err := wsutil.ReadServerText(g); err != nil || string(got) != text {
				t.Fatalf("%q, %v", got, err)
			}
		}
		// Several at once.
		for i := range 20 {
			if err := wsutil.WriteClientText(g, fmt.Append(nil, i)); err != nil {
				t.Fatal(err)
			}
		}
		for i := range 20 {
			if got, err := wsutil.ReadServerText(g); err != nil || string(got) != fmt.Sprint(i) {
				t.Fatalf("%q, %v", got, err)
			}
		}
	})
}

func dial(t *testing.T, addr string) net.Conn {
	t.Helper()
	c, br, _, err := ws.Dial(t.Context(), "ws://"+addr)
	if err != nil {
		t.Fatal(err)
	}
	if br != nil && br.Buffered() > 0 {
		t.Fatal("the server speaks first")
	}
	t.Cleanup(func() { c.Close() })
	if err := c.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	return c
}

// TestHalfFrame: who sends half a frame holds up nobody, and is cut off.
func TestHalfFrame(t *testing.T) {
	each(t, func(t *testing.T, name string) {
		addr, _, ended := serve(t, name, 2*time.Second) // in which the quick one is served on any machine
		slow, quick := dial(t, addr), dial(t, addr)
		frame := ws.MustCompileFrame(ws.MaskFrame(ws.NewTextFrame([]byte("half of this"))))
		if _, err := slow.Write(frame[:len(frame)/2]); err != nil {
			t.Fatal(err)
		}
		for range 50 {
			if err := wsutil.WriteClientText(quick, []byte("quick")); err != nil {
				t.Fatal(err)
			}
			if got, err := wsutil.ReadServerText(quick); err != nil || string(got) != "quick" {
				t.Fatalf("%q, %v", got, err)
			}
		}
		select {
		case err := <-ended:
			if err == nil {
				t.Error("ended without an error")
			}
		case <-time.After(patience):
			t.Error("a slow sender is not cut off")
		}
	})
}

// TestSilentCostsNoGoroutine: a handler's goroutine ends with the handler.
func TestSilentCostsNoGoroutine(t *testing.T) {
	const n = 100
	each(t, func(t *testing.T, name string) {
		before := runtime.NumGoroutine()
		addr, parker, _ := serve(t, name, patience)
		for range n {
			c := dial(t, addr)
			if err := wsutil.WriteClientText(c, []byte("on")); err != nil {
				t.Fatal(err)
			}
			if _, err := wsutil.ReadServerText(c); err != nil {
				t.Fatal(err)
			}
		}
		// The last of them may still be ending.
		goroutines := 0
		for until := time.Now().Add(patience); ; time.Sleep(time.Millisecond) {
			goroutines = runtime.NumGoroutine() - before
			if parker.Len() == n && goroutines <= n/2 {
				break
			}
			if time.Now().After(until) {
				t.Fatalf("%d are parked, and there are %d goroutines for %d connections", parker.Len(), goroutines, n)
			}
		}
	})
}
