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
	// Listen makes a server with an address of its own that drains for so long when it stops, and a
	// function that tells its counts while it serves: those of the connections, and the pauses.
	Listen func(drain time.Duration) (s Server, now func() echo.Counts, err error)
	// Pauses: it counts them.
	Pauses bool
}

const (
	// patience is for loaded machines; no test waits that long when all is well.
	patience = 30 * time.Second
	// briefly is for peers that are not going to do their part.
	briefly = 100 * time.Millisecond
)

// Run runs the suite.
func Run(t *testing.T, subject Subject) {
	for _, c := range []struct {
		name  string
		drain time.Duration
		test  func(t *testing.T, s *served)
	}{
		{"HalfClose", patience, halfClose},
		{"PeerThatNeverReads", briefly, peerThatNeverReads},
		{"Reset", patience, reset},
		{"StopDelivers", patience, stopDelivers},
		{"StopEndsIdlePeers", patience, stopEndsIdlePeers},
	} {
		t.Run(c.name, func(t *testing.T) { c.test(t, serve(t, subject, c.drain)) })
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

func serve(t *testing.T, subject Subject, drain time.Duration) *served {
	t.Helper()
	l, now, err := subject.Listen(drain)
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
	if err := c.SetDeadline(time.Now().Add(patience)); err != nil {
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
	s.fill(t, s.dial(t))
	exchange(t, s.dial(t))
	if n := s.stop(t); n.Closed != 2 {
		t.Errorf("counts %+v", n)
	}
}

// flow is what a peer sends that has much to say: every byte tells something of its place.
var flow = func() []byte {
	b := make([]byte, 64<<20)
	for i := range b {
		b[i] = byte(i ^ i>>8 ^ i>>16)
	}
	return b
}()

// fill sends from the beginning of flow until the server takes no more, and returns how much that was.
func (s *served) fill(t *testing.T, c *net.TCPConn) (taken int) {
	t.Helper()
	for full := false; !full; {
		if err := c.SetWriteDeadline(time.Now().Add(100 * time.Millisecond)); err != nil {
			t.Fatal(err)
		}
		n, err := c.Write(flow[taken:min(taken+1<<20, len(flow))])
		if taken += n; taken == len(flow) {
			t.Fatalf("%d MiB were taken from a peer that does not read", taken>>20)
		}
		if full = err != nil && n == 0; s.Pauses {
			full = full && s.now().Pauses > 0
		}
	}
	if err := c.SetWriteDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	return taken
}

// stopDelivers: what was echoed when the server is stopped arrives, and then the end, while the
// peer has more under way and goes on sending.
func stopDelivers(t *testing.T, s *served) {
	c := s.dial(t)
	taken := s.fill(t, c)
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		_, _ = c.Write(flow[taken:]) // until the server has closed
	}()
	s.cancel()
	got, err := io.ReadAll(c)
	_ = c.Close()
	<-sent
	n := s.stop(t)
	if err != nil || uint64(len(got)) != n.BytesOut || n.BytesOut != n.BytesIn || !bytes.Equal(got, flow[:len(got)]) {
		t.Errorf("%d bytes arrived of %d that were echoed: %v", len(got), n.BytesOut, err)
	}
	if n.Closed != 1 || n.Errors != 0 {
		t.Errorf("counts %+v", n)
	}
}

// stopEndsIdlePeers: one that has nothing under way is told of the end, and not waited for any longer
// when it has closed.
func stopEndsIdlePeers(t *testing.T, s *served) {
	c := s.dial(t)
	exchange(t, c)
	s.cancel()
	if n, err := c.Read(make([]byte, 1)); err != io.EOF {
		t.Fatalf("%d bytes and %v instead of the end", n, err)
	}
	_ = c.Close()
	began := time.Now()
	if n := s.stop(t); n.Closed != 1 || n.Errors+n.Resets != 0 {
		t.Errorf("counts %+v", n)
	}
	if time.Since(began) >= patience {
		t.Error("the server waited for a peer that was gone")
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
	for until := time.Now().Add(20 * time.Second); s.now().Closed != s.now().Accepted; time.Sleep(time.Millisecond) {
		if time.Now().After(until) {
			t.Fatal("the connection was not forgotten")
		}
	}
	if n := s.stop(t); n.Resets != 1 || n.Errors != 0 {
		t.Errorf("counts %+v", n)
	}
}
