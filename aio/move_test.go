package aio_test

import (
	"errors"
	"net"
	"slices"
	"testing"

	"github.com/goetia-go/goetia"
	"github.com/goetia-go/goetia/aio"
	"github.com/goetia-go/goetia/future"
	"github.com/goetia-go/goetia/simnet"
)

// moves are connections that can be moved, by what is beneath them.
func moves(t *testing.T, l *aio.Loop) map[string]func() (a, b *aio.Conn) {
	conn := func(s aio.Stream, err error) *aio.Conn {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return s.(*aio.Conn)
	}
	pair := func(a, b net.Conn) (*aio.Conn, *aio.Conn) {
		return conn(l.NewConn(a)), conn(l.NewConn(b))
	}
	return map[string]func() (a, b *aio.Conn){
		"socket": func() (a, b *aio.Conn) { return tcpPair(t, l) },
		"net.Conn": func() (a, b *aio.Conn) {
			x, y := netPair(t)
			return pair(x, y)
		},
		"simulated": func() (a, b *aio.Conn) {
			x, y := simnet.Pipe()
			return pair(x, y)
		},
	}
}

// turned reads what was sent backwards, and tells its readiness itself; but it has a descriptor, too.
type turned struct {
	*net.TCPConn
	goetia.Notifier
}

func (c *turned) Read(b []byte) (int, error) {
	n, err := c.TCPConn.Read(b)
	slices.Reverse(b[:n])
	return n, err
}

// TestMoveNotifier: a Conn that stands on a connection that tells its readiness itself still does
// after it was moved.
func TestMoveNotifier(t *testing.T) {
	t.Parallel()
	l, to := loop(t), loop(t)
	x, y := netPair(t)
	defer y.Close()
	near, far := simnet.Pipe() // only its readiness is of interest
	defer far.Close()
	s, err := l.NewConn(&turned{x.(*net.TCPConn), near})
	if err != nil {
		t.Fatal(err)
	}
	moved, err := s.(*aio.Conn).MoveTo(to)
	if err != nil {
		t.Fatal(err)
	}
	defer moved.Close()
	for _, w := range []net.Conn{y, far} {
		if _, err := w.Write([]byte("abc")); err != nil {
			t.Fatal(err)
		}
	}
	got := make([]byte, 3)
	if must(t, to, moved.Read(got)); string(got) != "cba" {
		t.Errorf("%q", got)
	}
}

// netPair is a connection of package net.
func netPair(t *testing.T) (a, b net.Conn) {
	t.Helper()
	nl, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer nl.Close()
	if a, err = net.Dial("tcp", nl.Addr().String()); err != nil {
		t.Fatal(err)
	}
	if b, err = nl.Accept(); err != nil {
		t.Fatal(err)
	}
	return a, b
}

// TestMoveTo: a Conn goes on with another Loop, with what had come before.
func TestMoveTo(t *testing.T) {
	t.Parallel()
	l, to := loop(t), loop(t)
	for name, open := range moves(t, l) {
		t.Run(name, func(t *testing.T) {
			a, b := open()
			defer b.Close()
			must(t, l, aio.WriteAll(b, []byte("before")))
			waiting := a.Read(make([]byte, 1))
			moved, err := a.MoveTo(to)
			if err != nil {
				t.Fatal(err)
			}
			defer moved.Close()
			if r := wait(t, l, waiting); !errors.Is(r.Err, net.ErrClosed) {
				t.Errorf("a read of the old one: %v", r.Err)
			}
			got := make([]byte, 11)
			if n := must(t, to, aio.ReadFull(moved, got[:6])); string(got[:n]) != "before" {
				t.Errorf("%q", got[:n])
			}
			must(t, l, aio.WriteAll(b, []byte("after")))
			if n := must(t, to, aio.ReadFull(moved, got[:5])); string(got[:n]) != "after" {
				t.Errorf("%q", got[:n])
			}
			must(t, to, aio.WriteAll(moved, []byte("back")))
			if n := must(t, l, aio.ReadFull(b, got[:4])); string(got[:n]) != "back" {
				t.Errorf("%q", got[:n])
			}
			if _, err := a.MoveTo(to); !errors.Is(err, net.ErrClosed) {
				t.Errorf("moved twice: %v", err)
			}
			if err := a.Close(); !errors.Is(err, net.ErrClosed) {
				t.Errorf("closed after it was moved: %v", err)
			}
		})
	}
}

// TestMoveToClosed: with a Loop that is closed the connection ends.
func TestMoveToClosed(t *testing.T) {
	t.Parallel()
	l := loop(t)
	to, err := aio.New(mechanism)
	if err != nil {
		t.Fatal(err)
	}
	closed(t, to)
	for name, open := range moves(t, l) {
		t.Run(name, func(t *testing.T) {
			a, b := open()
			defer b.Close()
			if _, err := a.MoveTo(to); err == nil {
				t.Fatal("moved to a closed Loop")
			}
			if r := wait[future.Result[int]](t, l, b.Read(make([]byte, 1))); r.Err == nil {
				t.Error("the connection goes on")
			}
		})
	}
}
