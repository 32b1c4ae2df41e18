package echo

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/goetia-go/goetia/aio"
	"github.com/goetia-go/goetia/future"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const patience = time.Minute

// styles start a server and return its address and what ends it.
var styles = map[string]func(t *testing.T) (addr string, stop func() error){
	"callback": func(t *testing.T) (string, func() error) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		done := make(chan error, 1)
		go func() { done <- ServeCallbacks(l) }()
		return l.Addr().String(), func() error {
			_ = l.Close()
			return <-done
		}
	},
	"future": func(t *testing.T) (string, func() error) {
		return onLoop(t, func(l *aio.Listener, local *future.Local) {
			future.Spawn(local, Futures(l, local))
		})
	},
	"coroutine": func(t *testing.T) (string, func() error) {
		return onLoop(t, func(l *aio.Listener, local *future.Local) { Coroutines(l, local) })
	},
}

func onLoop(t *testing.T, start func(*aio.Listener, *future.Local)) (string, func() error) {
	loop, err := aio.New()
	if err != nil {
		t.Fatal(err)
	}
	l, err := loop.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	local := loop.NewLocal(future.LocalOptions{})
	start(l, local)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	ran := make(chan error, 1)
	go func() { ran <- local.Run(ctx) }()
	return l.Addr().String(), func() error {
		defer cancel()
		// Run ends by itself when the listener and all connections have.
		err := errors.Join(l.Close(), <-ran, local.Close(), loop.Close())
		if err == nil {
			err = net.ErrClosed // as Accept has told the server
		}
		return err
	}
}

func TestEcho(t *testing.T) {
	for name, start := range styles {
		t.Run(name, func(t *testing.T) {
			addr, stop := start(t)
			for range 20 {
				exchange(t, addr)
			}
			if err := stop(); !errors.Is(err, net.ErrClosed) {
				t.Errorf("the server ended with %v", err)
			}
		})
	}
}

// exchange sends much more than the buffers between hold, so that both ends have to wait.
func exchange(t *testing.T, addr string) {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(patience))
	sent := bytes.Repeat([]byte("All is well. "), 20_000)
	go func() {
		_, _ = conn.Write(sent)
		_ = conn.(*net.TCPConn).CloseWrite()
	}()
	got, err := io.ReadAll(conn)
	if err != nil || !bytes.Equal(got, sent) {
		t.Errorf("%d bytes came back, %v", len(got), err)
	}
}

// TestCanceled: a server that is given up hangs up on everybody.
func TestCanceled(t *testing.T) {
	for name, start := range map[string]func(*aio.Listener, *future.Local){
		"future":    func(l *aio.Listener, local *future.Local) { future.Spawn(local, Futures(l, local)) },
		"coroutine": func(l *aio.Listener, local *future.Local) { Coroutines(l, local) },
	} {
		t.Run(name, func(t *testing.T) {
			loop, err := aio.New()
			if err != nil {
				t.Fatal(err)
			}
			defer loop.Close()
			l, err := loop.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			local := loop.NewLocal(future.LocalOptions{})
			start(l, local)
			ran := make(chan error, 1)
			go func() { ran <- local.Run(context.Background()) }()
			conn, err := net.Dial("tcp", l.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			_ = conn.SetDeadline(time.Now().Add(patience))
			var one [1]byte
			if _, err := conn.Write([]byte("x")); err != nil {
				t.Fatal(err)
			}
			if _, err := io.ReadFull(conn, one[:]); err != nil {
				t.Fatal(err)
			}
			_ = local.Close()
			if err := <-ran; !errors.Is(err, future.ErrClosed) {
				t.Errorf("Run: %v", err)
			}
			if n, err := conn.Read(one[:]); n != 0 || err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("the connection is open: %d, %v", n, err)
			}
		})
	}
}

// TestGuide: what the guide shows is what is tested here.
func TestGuide(t *testing.T) {
	guide, err := os.ReadFile("../../docs/futures.md")
	if errors.Is(err, os.ErrNotExist) {
		t.Skip("the test binary runs without the source beside it")
	}
	if err != nil {
		t.Fatal(err)
	}
	var code strings.Builder
	for _, name := range []string{"callback.go", "future.go", "coroutine.go"} {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		code.Write(text)
	}
	blocks := regexp.MustCompile("(?s)```go echo\n(.*?)```").FindAllStringSubmatch(string(guide), -1)
	if len(blocks) < 5 {
		t.Errorf("the guide has %d blocks of this package", len(blocks))
	}
	for _, b := range blocks {
		if !strings.Contains(code.String(), b[1]) {
			t.Errorf("the guide shows what is not here:\n%s", b[1])
		}
	}
}
