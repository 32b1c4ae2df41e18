package futureecho

import (
	"bytes"
	"context"
	"io"
	"net"
	"testing"
	"time"

	"github.com/goetia-go/goetia/cmd/goetia/internal/echo"
)

func serve(t *testing.T, o Options) (s *Server, stop func() echo.Counts) {
	t.Helper()
	s, err := Listen("127.0.0.1:0", o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx) }()
	stopped := false
	stop = func() echo.Counts {
		if !stopped {
			stopped = true
			cancel()
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
		return s.Counts()
	}
	t.Cleanup(func() { stop() })
	return s, stop
}

// bothWays runs a test with state machines and with coroutines.
func bothWays(t *testing.T, test func(t *testing.T, o Options)) {
	t.Run("future", func(t *testing.T) { test(t, Options{Loops: 2}) })
	t.Run("coro", func(t *testing.T) { test(t, Options{Loops: 2, Coroutines: true}) })
}

func dial(t *testing.T, s *Server) *net.TCPConn {
	t.Helper()
	c, err := net.Dial("tcp", s.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if err := c.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return c.(*net.TCPConn)
}

// TestHalfClose: a peer that has finished sending gets everything back.
func TestHalfClose(t *testing.T) { bothWays(t, withHalfClose) }

func withHalfClose(t *testing.T, o Options) {
	s, stop := serve(t, o)
	c := dial(t, s)
	sent := bytes.Repeat([]byte("readiness "), 100_000)
	failed := make(chan error, 1)
	go func() {
		_, err := c.Write(sent)
		failed <- err
		_ = c.CloseWrite()
	}()
	got, err := io.ReadAll(c)
	if err != nil || !bytes.Equal(got, sent) {
		t.Fatalf("%d bytes of %d came back: %v", len(got), len(sent), err)
	}
	if err := <-failed; err != nil {
		t.Fatal(err)
	}
	n := stop()
	if n.Accepted != 1 || n.Closed != 1 || n.BytesIn != uint64(len(sent)) || n.BytesOut != n.BytesIn || n.Errors+n.Resets != 0 {
		t.Errorf("counts %+v", n)
	}
}

// TestPeerThatNeverReads stops itself by its own full pipe, and holds nobody up.
func TestPeerThatNeverReads(t *testing.T) { bothWays(t, withPeerThatNeverReads) }

func withPeerThatNeverReads(t *testing.T, o Options) {
	s, stop := serve(t, o)
	greedy, taken := dial(t, s), 0
	for block := make([]byte, 1<<20); s.counts.pauses.Load() == 0; {
		if err := greedy.SetWriteDeadline(time.Now().Add(100 * time.Millisecond)); err != nil {
			t.Fatal(err)
		}
		if _, err := greedy.Write(block); err == nil {
			if taken++; taken > 64 {
				t.Fatal("64 MiB were taken from a peer that does not read")
			}
		}
	}
	other := dial(t, s)
	if _, err := other.Write([]byte("x")); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(other, make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	if n := stop(); n.Closed != 2 {
		t.Errorf("counts %+v", n)
	}
}

// TestReset: a peer that breaks off is counted and forgotten.
func TestReset(t *testing.T) { bothWays(t, withReset) }

func withReset(t *testing.T, o Options) {
	s, stop := serve(t, o)
	c := dial(t, s)
	if _, err := c.Write([]byte("x")); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(c, make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	if err := c.SetLinger(0); err != nil {
		t.Fatal(err)
	}
	c.Close()
	for until := time.Now().Add(20 * time.Second); s.counts.closed.Load() == 0; time.Sleep(time.Millisecond) {
		if time.Now().After(until) {
			t.Fatal("the connection was not forgotten")
		}
	}
	if n := stop(); n.Resets != 1 || n.Errors != 0 {
		t.Errorf("counts %+v", n)
	}
}
