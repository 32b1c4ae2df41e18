package load

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/goetia-go/goetia/cmd/goetia/internal/echo"
	"github.com/goetia-go/goetia/cmd/goetia/internal/nobody"
	"github.com/goetia-go/goetia/cmd/goetia/internal/sock"
	"github.com/goetia-go/goetia/poll"
)

// patience is for loaded machines; no test waits that long when all is well.
const patience = time.Minute

var loopback = sock.TCP(netip.MustParseAddrPort("127.0.0.1:0"))

// echoServer runs a good server for as long as the test lasts.
func echoServer(t *testing.T) sock.Addr {
	t.Helper()
	s, err := echo.Listen(loopback, echo.Options{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return s.Addr()
}

// badServer gives each connection to serve, which is done with it on return.
func badServer(t *testing.T, serve func(net.Conn)) sock.Addr {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				serve(c)
			}()
		}
	}()
	t.Cleanup(func() {
		l.Close()
		<-done
	})
	return sock.TCP(netip.MustParseAddrPort(l.Addr().String()))
}

func run(t *testing.T, o Options) *Result {
	t.Helper()
	r, err := Run(t.Context(), o, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestEveryMechanism(t *testing.T) {
	t.Parallel()
	addr := echoServer(t)
	for _, m := range poll.Mechanisms() {
		t.Run(string(m), func(t *testing.T) {
			p, err := poll.New(poll.WithMechanism(m))
			if errors.Is(err, poll.ErrUnsupported) {
				t.Skip(err)
			}
			if err != nil {
				t.Fatal(err)
			}
			p.Close()
			r := run(t, Options{Addr: addr, Mechanism: m, Conns: 30, Size: 64, Workers: 2, Duration: 200 * time.Millisecond, Grace: patience})
			if !r.OK() || r.Mechanism != m || r.Messages < 30 || r.Interrupted {
				t.Errorf("result is %+v", r)
			}
			if n := uint64(r.Latency.TotalCount()); n != r.Messages {
				t.Errorf("%d latencies of %d messages", n, r.Messages)
			}
			if r.Quantile(50) <= 0 || r.Quantile(50) > r.Max() {
				t.Errorf("median %v, maximum %v", r.Quantile(50), r.Max())
			}
		})
	}
}

func TestLargeMessages(t *testing.T) {
	t.Parallel()
	r := run(t, Options{Addr: echoServer(t), Conns: 3, Size: 5 << 20, Duration: 100 * time.Millisecond, Grace: patience})
	if !r.OK() || r.Messages < 3 {
		t.Errorf("result is %+v", r)
	}
}

func TestRatePaces(t *testing.T) {
	t.Parallel()
	r := run(t, Options{Addr: echoServer(t), Conns: 4, Size: 8, Rate: 25, Duration: 2 * time.Second, Grace: patience})
	// 25 a second for two seconds are 50, however fast the machine is. One that stops for most
	// of the time sends fewer.
	if !r.OK() || r.Messages > 51 || r.Messages < 4 {
		t.Errorf("%d messages, want 50 at most: %+v", r.Messages, r)
	}
}

func TestRefused(t *testing.T) {
	t.Parallel()
	free, release, err := nobody.Reserve()
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	addr := sock.TCP(netip.MustParseAddrPort(free))
	_, err = Run(t.Context(), Options{Addr: addr, Conns: 10, Size: 1, Duration: time.Second}, nil)
	if err == nil || !strings.Contains(err.Error(), "cannot connect to "+addr.String()) {
		t.Errorf("error is %v", err)
	}
}

// What goes wrong after connecting is in the result, by kind.
func TestBadServers(t *testing.T) {
	t.Parallel()
	mismatches := func(r *Result) uint64 { return r.Mismatches }
	broken := func(r *Result) uint64 { return r.Broken }
	stalled := func(r *Result) uint64 { return r.Stalled }
	for _, c := range []struct {
		name  string
		serve func(net.Conn)
		kind  func(*Result) uint64
		// patience is how long is waited for that. Connections that have ended are not waited for.
		patience time.Duration
	}{
		{"answers with other bytes", func(c net.Conn) {
			b := make([]byte, 64)
			_, _ = io.ReadFull(c, b)
			b[63] ^= 1
			_, _ = c.Write(b)
			_, _ = io.Copy(io.Discard, c)
		}, mismatches, patience},
		{"answers with more bytes", func(c net.Conn) {
			b := make([]byte, 65)
			_, _ = io.ReadFull(c, b[:64])
			_, _ = c.Write(b)
			_, _ = io.Copy(io.Discard, c)
		}, mismatches, patience},
		{"speaks first", func(c net.Conn) {
			_, _ = c.Write([]byte("220 hello\r\n"))
			_, _ = io.Copy(io.Discard, c)
		}, mismatches, patience},
		{"closes", func(c net.Conn) {
			_, _ = io.CopyN(io.Discard, c, 64)
		}, broken, patience},
		{"resets", func(c net.Conn) {
			_, _ = io.CopyN(io.Discard, c, 10)
			_ = c.(*net.TCPConn).SetLinger(0)
		}, broken, patience},
		{"says nothing", func(c net.Conn) {
			_, _ = io.Copy(io.Discard, c)
		}, stalled, 300 * time.Millisecond},
		{"answers one half", func(c net.Conn) {
			_, _ = io.CopyN(c, c, 32)
			_, _ = io.Copy(io.Discard, c)
		}, stalled, 300 * time.Millisecond},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := run(t, Options{
				Addr: badServer(t, c.serve), Conns: 3, Size: 64,
				Duration: c.patience, Grace: c.patience,
			})
			if r.OK() || c.kind(r) != 3 || r.Mismatches+r.Broken+r.Stalled != 3 || r.First == "" {
				t.Errorf("result is %+v", r)
			}
		})
	}
}

// A server that takes nothing off a large message does not hold the run up.
func TestServerThatNeverReads(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	addr := badServer(t, func(net.Conn) { <-ctx.Done() })
	r := run(t, Options{Addr: addr, Conns: 2, Size: 32 << 20, Duration: 100 * time.Millisecond, Grace: 100 * time.Millisecond})
	if r.Stalled != 2 {
		t.Errorf("result is %+v, want 2 stalled", r)
	}
}

func TestInterrupt(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var p Progress
	stop := make(chan struct{})
	go func() {
		defer close(stop)
		for p.Messages() == 0 && ctx.Err() == nil {
			time.Sleep(time.Millisecond)
		}
		cancel()
	}()
	r, err := Run(ctx, Options{Addr: echoServer(t), Conns: 3, Size: 64, Duration: time.Hour, Grace: patience}, &p)
	cancel()
	<-stop
	if err != nil || !r.Interrupted || !r.OK() || r.Messages == 0 || r.Elapsed > time.Minute {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestInterruptWhileConnecting(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Run(ctx, Options{Addr: loopback, Conns: 3, Size: 64, Duration: time.Hour}, nil); err != errInterrupted {
		t.Errorf("error is %v", err)
	}
}

func TestPayloadDependsOnSeed(t *testing.T) {
	t.Parallel()
	a, b, c := newBlock(1, 10), newBlock(1, 10), newBlock(2, 10)
	if string(a) != string(b) || string(a) == string(c) {
		t.Error("the same seed must give the same bytes, and another seed others")
	}
	x, y := newOffsets(1, 0), newOffsets(1, 1)
	same := 0
	for range 100 {
		o := x.next()
		if o < 0 || o+10 > len(a) {
			t.Fatalf("offset %d is outside the block", o)
		}
		if o == y.next() {
			same++
		}
	}
	if same > 10 {
		t.Error("two connections send the same messages")
	}
}

func TestSteadyStateDoesNotAllocate(t *testing.T) {
	addr := echoServer(t)
	short := testing.AllocsPerRun(3, func() { alloc(t, addr, 20*time.Millisecond) })
	long := testing.AllocsPerRun(3, func() { alloc(t, addr, 200*time.Millisecond) })
	// Ten times the messages may cost a few timers and no more.
	if long > short+50 {
		t.Errorf("a short run makes %v allocations, one of ten times the length %v", short, long)
	}
}

func alloc(t *testing.T, addr sock.Addr, d time.Duration) {
	r, err := Run(t.Context(), Options{Addr: addr, Conns: 4, Size: 64, Duration: d, Grace: patience}, nil)
	if err != nil || !r.OK() {
		t.Fatalf("%+v, %v", r, err)
	}
}
