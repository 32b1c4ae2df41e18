// Package echotest holds echo servers to what all of them do.
package echotest

import (
	"bytes"
	"context"
	"io"
	"net"
	"testing"
	"time"

	"github.com/goetia-go/goetia/cmd/goetia/internal/echo"
	"github.com/goetia-go/goetia/cmd/goetia/internal/sock"
)

// Server is an echo server.
type Server interface {
	Addr() sock.Addr
	Serve(ctx context.Context) error
	// Counts are complete when Serve has returned.
	Counts() echo.Counts
}

// Subject is what is tested.
type Subject struct {
	// Listen makes a server with an address of its own, and a function that tells its counts while
	// it serves.
	Listen func() (s Server, now func() echo.Counts, err error)
	// Pauses: it counts them.
	Pauses bool
}

// Run runs the suite.
func Run(t *testing.T, subject Subject) {
	for _, c := range []struct {
		name string
		test func(t *testing.T, s *served)
	}{
		{"HalfClose", halfClose},
		{"PeerThatNeverReads", peerThatNeverReads},
		{"Reset", reset},
	} {
		t.Run(c.name, func(t *testing.T) { c.test(t, serve(t, subject)) })
	}
}

// served is a server that serves.
type served struct {
	Server
	Subject
	now    func() echo.Counts
	cancel context.CancelFunc
	// done is nil when it has ended.
	done chan error
}

func serve(t *testing.T, subject Subject) *served {
	t.Helper()
	l, now, err := subject.Listen()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	s := &served{Server: l, Subject: subject, now: now, cancel: cancel, done: make(chan error, 1)}
	go func() { s.done <- s.Serve(ctx) }()
	t.Cleanup(func() { s.stop(t) })
	return s
}

// stop ends it, and returns what it has counted.
func (s *served) stop(t *testing.T) echo.Counts {
	t.Helper()
	if s.done != nil {
		s.cancel()
		if err := <-s.done; err != nil {
			t.Error(err)
		}
		s.done = nil
	}
	return s.Counts()
}

func (s *served) dial(t *testing.T) *net.TCPConn {
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

// exchange has one byte come back.
func exchange(t *testing.T, c net.Conn) {
	t.Helper()
	if _, err := c.Write([]byte("x")); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(c, make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
}

// halfClose: a peer that has finished sending gets everything back.
func halfClose(t *testing.T, s *served) {
	c := s.dial(t)
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
	n := s.stop(t)
	if n.Accepted != 1 || n.Closed != 1 || n.BytesIn != uint64(len(sent)) || n.BytesOut != n.BytesIn || n.Errors+n.Resets != 0 {
		t.Errorf("counts %+v", n)
	}
}

// peerThatNeverReads stops itself by its own full pipe, and holds nobody up.
func peerThatNeverReads(t *testing.T, s *served) {
	greedy, taken := s.dial(t), 0
	for block, full := make([]byte, 1<<20), false; !full; {
		if err := greedy.SetWriteDeadline(time.Now().Add(100 * time.Millisecond)); err != nil {
			t.Fatal(err)
		}
		n, err := greedy.Write(block)
		if taken += n; taken > 64<<20 {
			t.Fatal("64 MiB were taken from a peer that does not read")
		}
		if full = err != nil && n == 0; s.Pauses {
			full = s.now().Pauses > 0
		}
	}
	exchange(t, s.dial(t))
	if n := s.stop(t); n.Closed != 2 {
		t.Errorf("counts %+v", n)
	}
}

// reset: a peer that breaks off is counted and forgotten.
func reset(t *testing.T, s *served) {
	c := s.dial(t)
	exchange(t, c)
	if err := c.SetLinger(0); err != nil {
		t.Fatal(err)
	}
	c.Close()
	for until := time.Now().Add(20 * time.Second); s.now().Closed == 0; time.Sleep(time.Millisecond) {
		if time.Now().After(until) {
			t.Fatal("the connection was not forgotten")
		}
	}
	if n := s.stop(t); n.Resets != 1 || n.Errors != 0 {
		t.Errorf("counts %+v", n)
	}
}
