package echo

import (
	"bytes"
	"context"
	"io"
	"math/rand/v2"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/goetia-go/goetia/cmd/goetia/internal/sock"
	"github.com/goetia-go/goetia/poll"
)

// patience is for loaded machines; no test waits that long when all is well.
const patience = 2 * time.Minute

// running is a server under test.
type running struct {
	*Server
	t    *testing.T
	stop context.CancelFunc
	done chan error
}

func start(t *testing.T, o Options) *running {
	t.Helper()
	s, err := Listen(sock.TCP(netip.MustParseAddrPort("127.0.0.1:0")), o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	r := &running{Server: s, t: t, stop: stop, done: make(chan error, 1)}
	go func() { r.done <- s.Serve(ctx) }()
	t.Cleanup(func() { r.end() })
	return r
}

// end stops the server and returns its counts. It may be called again.
func (r *running) end() Counts {
	r.t.Helper()
	if r.done == nil {
		return r.Counts()
	}
	r.stop()
	select {
	case err := <-r.done:
		r.done = nil
		if err != nil {
			r.t.Errorf("Serve: %v", err)
		}
	case <-time.After(patience):
		r.t.Fatal("the server does not stop")
	}
	c := r.Counts()
	if c.Closed != c.Accepted || r.Active() != 0 || r.Paused() != 0 {
		r.t.Errorf("%d connections accepted, %d closed, %d active and %d paused at the end",
			c.Accepted, c.Closed, r.Active(), r.Paused())
	}
	return c
}

func (r *running) dial() *net.TCPConn {
	r.t.Helper()
	c, err := net.Dial("tcp", r.Addr().String())
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { c.Close() })
	if err := c.SetDeadline(time.Now().Add(patience)); err != nil {
		r.t.Fatal(err)
	}
	return c.(*net.TCPConn)
}

// idle waits until the server has no connections.
func (r *running) idle() {
	r.t.Helper()
	eventually(r.t, "the server has closed every connection", func() bool { return r.Active() == 0 })
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not within %v: %s", patience, what)
		}
	}
}

func noise(n int) []byte {
	b := make([]byte, n)
	r := rand.New(rand.NewPCG(1, uint64(n)))
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

// exchange sends b and wants it back.
func exchange(t *testing.T, c net.Conn, b []byte) {
	t.Helper()
	if _, err := c.Write(b); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, len(b))
	if _, err := io.ReadFull(c, got); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, b) {
		t.Fatal("other bytes came back than were sent")
	}
}

// mechanisms are those of this system that can be had, and the others are logged.
func mechanisms(t *testing.T) (have []poll.Mechanism) {
	for _, m := range poll.Mechanisms() {
		p, err := poll.New(poll.WithMechanism(m))
		if err != nil {
			t.Logf("%s: %v", m, err)
			continue
		}
		p.Close()
		have = append(have, m)
	}
	return have
}

// each runs a test with every mechanism of this system and with one loop and
// several.
func each(t *testing.T, test func(t *testing.T, o Options)) {
	for _, m := range mechanisms(t) {
		for _, loops := range []int{1, 3} {
			name := string(m) + " one loop"
			if loops > 1 {
				name = string(m) + " three loops"
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				test(t, Options{Mechanism: m, Loops: loops})
			})
		}
	}
}

func TestMessagesComeBack(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, o Options) {
		s := start(t, o)
		if s.Mechanism() != o.Mechanism {
			t.Errorf("driven by %s, want %s", s.Mechanism(), o.Mechanism)
		}
		var conns []net.Conn
		for range 20 {
			conns = append(conns, s.dial())
		}
		for _, size := range []int{1, 64, 5000} {
			for _, c := range conns {
				exchange(t, c, noise(size))
			}
		}
		for _, c := range conns {
			c.Close()
		}
		s.idle()
		n := s.end()
		if n.Accepted != 20 || n.Peak != 20 || n.BytesIn != 20*5065 || n.BytesOut != n.BytesIn || n.Messages < 60 {
			t.Errorf("counts are %+v", n)
		}
		if n.Errors+n.Resets+n.AcceptErrors != 0 {
			t.Errorf("trouble where there was none: %+v", n)
		}
	})
}

func TestThousandConnections(t *testing.T) {
	if testing.Short() {
		t.Skip("opens 2,000 sockets")
	}
	s := start(t, Options{})
	conns := make([]net.Conn, 1000)
	for i := range conns {
		conns[i] = s.dial()
	}
	for _, c := range conns {
		if _, err := c.Write([]byte("hello")); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range conns {
		got := make([]byte, 5)
		if _, err := io.ReadFull(c, got); err != nil || string(got) != "hello" {
			t.Fatalf("%q came back: %v", got, err)
		}
	}
	if n := s.end(); n.Peak != 1000 {
		t.Errorf("peak is %d, want 1000", n.Peak)
	}
}

func TestSteadyStateDoesNotAllocate(t *testing.T) {
	s := start(t, Options{})
	// A blocking net.Conn allocates nothing either.
	c := s.dial()
	b := noise(64)
	got := make([]byte, 64)
	n := testing.AllocsPerRun(500, func() {
		if _, err := c.Write(b); err != nil {
			panic(err)
		}
		if _, err := io.ReadFull(c, got); err != nil {
			panic(err)
		}
	})
	if n != 0 {
		t.Errorf("one message makes %v allocations", n)
	}
}

func TestListenRefuses(t *testing.T) {
	t.Parallel()
	s := start(t, Options{})
	if _, err := Listen(s.Addr(), Options{}); err == nil {
		t.Error("two servers listen at one address")
	}
	if _, err := Listen(s.Addr(), Options{Mechanism: "nonsense"}); err == nil {
		t.Error("a mechanism that does not exist is accepted")
	}
}
