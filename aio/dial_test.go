package aio_test

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/goetia-go/goetia/aio"
	"github.com/goetia-go/goetia/future"
)

// lookup is a resolver that knows one answer.
func lookup(addrs ...string) func(context.Context, string, string) ([]netip.Addr, error) {
	return func(context.Context, string, string) ([]netip.Addr, error) {
		var out []netip.Addr
		for _, a := range addrs {
			out = append(out, netip.MustParseAddr(a))
		}
		return out, nil
	}
}

// TestHappyEyeballs: an address that fails is followed by the next at once, and one that does not
// answer by the next after a while.
func TestHappyEyeballs(t *testing.T) {
	t.Parallel()
	l := loop(t)
	nl := listen(t, l)
	_, port, _ := net.SplitHostPort(nl.Addr().String())
	for _, c := range []struct {
		name  string
		addrs []string
		delay time.Duration
	}{
		{"refused", []string{"::1", "127.0.0.2", "127.0.0.1"}, time.Hour},
		{"the second", []string{"::1", "127.0.0.1"}, time.Hour},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := aio.Dialer{Delay: c.delay, Lookup: lookup(c.addrs...)}
			// Nobody listens on the first addresses, at least not at this port.
			conn := must(t, l, d.Dial(l, "tcp", "example.test:"+port))
			if got := conn.RemoteAddr().String(); got != "127.0.0.1:"+port {
				t.Errorf("connected to %s", got)
			}
			closed(t, conn)
			peer := must(t, l, nl.Accept())
			closed(t, peer)
		})
	}
	t.Run("no answer", func(t *testing.T) {
		// The first attempt hangs in Control until the second has connected.
		hang := make(chan struct{})
		defer close(hang)
		d := aio.Dialer{Delay: time.Millisecond, Lookup: lookup("127.0.0.3", "127.0.0.1")}
		d.Net.ControlContext = holdUp("127.0.0.3", hang)
		conn := must(t, l, d.Dial(l, "tcp", "example.test:"+port))
		if got := conn.RemoteAddr().String(); got != "127.0.0.1:"+port {
			t.Errorf("connected to %s", got)
		}
		closed(t, conn)
		closed(t, must(t, l, nl.Accept()))
	})
}

func TestDialFails(t *testing.T) {
	t.Parallel()
	l := loop(t)
	// A port at which nobody listens, and nobody can: it is that of a connection.
	taken, _ := tcpPair(t, l)
	addr := taken.RemoteAddr().String()
	_, port, _ := net.SplitHostPort(addr)
	if r := wait(t, l, l.Dial("tcp", addr)); r.Err == nil || !strings.Contains(r.Err.Error(), addr) {
		t.Errorf("refused: %v", r)
	}
	d := aio.Dialer{Lookup: lookup("127.0.0.1", "127.0.0.2")}
	if r := wait(t, l, d.Dial(l, "tcp", "example.test:"+port)); r.Err == nil || !strings.Contains(r.Err.Error(), "127.0.0.2") {
		t.Errorf("all refused: %v", r)
	}
	d = aio.Dialer{Lookup: lookup()}
	var none *net.AddrError
	if r := wait(t, l, d.Dial(l, "tcp6", "example.test:1")); !errors.As(r.Err, &none) {
		t.Errorf("no address: %v", r)
	}
	if r := wait(t, l, l.Dial("tcp", "nonsense")); !errors.As(r.Err, &none) {
		t.Errorf("no port: %v", r)
	}
	var unknown net.UnknownNetworkError
	if r := wait(t, l, l.Dial("smoke", "signal")); !errors.As(r.Err, &unknown) {
		t.Errorf("unknown network: %v", r)
	}
}

func TestDialTimeout(t *testing.T) {
	t.Parallel()
	l := loop(t)
	hang := make(chan struct{})
	defer close(hang)
	d := aio.Dialer{Timeout: time.Millisecond}
	d.Net.ControlContext = holdUp("127.0.0.3", hang)
	r := wait(t, l, d.Dial(l, "tcp", "127.0.0.3:1"))
	var timeout net.Error
	if !errors.Is(r.Err, os.ErrDeadlineExceeded) || !errors.As(r.Err, &timeout) || !timeout.Timeout() {
		t.Fatalf("%v", r)
	}
}

// TestCancelledDialClosesWhatItHasOpened: the peer sees the connection end.
func TestCancelledDialClosesWhatItHasOpened(t *testing.T) {
	t.Parallel()
	l := loop(t)
	nl, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer nl.Close()
	for range 20 {
		f := l.Dial("tcp", nl.Addr().String())
		if r, ready := f.Poll(future.NewContext(future.WakerFunc(func() {}))); ready {
			closed(t, r.Value) // it was faster
		}
		p, err := nl.Accept()
		if err != nil {
			t.Fatal(err)
		}
		future.Cancel(f)
		future.Cancel(f)
		if _, err := p.Read(make([]byte, 1)); err == nil {
			t.Fatal("it is open")
		}
		closed(t, p)
	}
}
