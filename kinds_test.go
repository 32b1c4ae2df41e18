package goetia

import (
	"errors"
	"net"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/goetia-go/goetia/poll"
)

// TestUDP: a datagram is something to read.
func TestUDP(t *testing.T) {
	r := open(t, WithSweep(20*time.Millisecond))
	a := check[*net.UDPConn](t)(net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)}))
	defer a.Close()
	b := check[net.Conn](t)(net.Dial("udp", a.LocalAddr().String()))
	defer b.Close()
	kind(t, r, a, b)
}

// TestUnixConns: streams wherever there are some, and datagrams.
func TestUnixConns(t *testing.T) {
	r := open(t, WithSweep(20*time.Millisecond))
	t.Run("stream", func(t *testing.T) {
		l, err := net.Listen("unix", filepath.Join(t.TempDir(), "s"))
		without(t, err)
		defer l.Close()
		b := check[net.Conn](t)(net.Dial("unix", l.Addr().String()))
		defer b.Close()
		a := check[net.Conn](t)(l.Accept())
		defer a.Close()
		kind(t, r, a, b)
	})
	t.Run("datagram", func(t *testing.T) {
		a, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: filepath.Join(t.TempDir(), "d"), Net: "unixgram"})
		without(t, err)
		defer a.Close()
		b := check[net.Conn](t)(net.Dial("unixgram", a.LocalAddr().String()))
		defer b.Close()
		kind(t, r, a, b)
	})
}

// TestListener: a connection that is to be accepted is something to read.
func TestListener(t *testing.T) {
	r := open(t)
	l := check[*net.TCPListener](t)(net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)}))
	defer l.Close()
	s := check[*Source](t)(r.Register(check[poll.Source](t)(poll.Conn(l))))
	c := newFired()
	check[*Watch](t)(s.AfterReadable(c.call))
	passed(t, r)
	c.never(t)
	b := check[net.Conn](t)(net.Dial("tcp", l.Addr().String()))
	defer b.Close()
	c.wait(t)
	a := check[net.Conn](t)(l.Accept())
	a.Close()
}

// kind goes through a connection's life.
func kind(t *testing.T, r *Reactor, a, b net.Conn) {
	t.Helper()
	c := newFired()
	w := check[*Watch](t)(r.AfterReadable(a, c.call))
	passed(t, r)
	c.never(t)
	for range 3 {
		write(t, b, "x")
		if got := c.wait(t); !got.Has(Readable) || got.Has(Closed) {
			t.Errorf("fired with %v", got)
		}
		buf := make([]byte, 8)
		if n, err := a.Read(buf); n != 1 || err != nil {
			t.Errorf("read gives %d, %v", n, err)
		}
		if err := w.Rearm(); err != nil {
			t.Fatal(err)
		}
		passed(t, r)
		c.never(t)
	}
	check[*Watch](t)(r.AfterWritable(b, c.call))
	if got := c.wait(t); !got.Has(Writable) {
		t.Errorf("fired with %v", got)
	}
	a.Close()
	if got := c.wait(t); !got.Has(Closed) {
		t.Errorf("fired with %v", got)
	}
	if err := w.Rearm(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("Rearm gives %v", err)
	}
}

// without skips a test of Unix sockets where there may be none, which is not on Unix.
func without(t *testing.T, err error) {
	t.Helper()
	if err != nil && (runtime.GOOS == "windows" || runtime.GOOS == "plan9") {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
}
