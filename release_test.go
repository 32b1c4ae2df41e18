package goetia

import (
	"errors"
	"net"
	"testing"
	"time"
)

// TestRelease: the Reactor forgets a connection at once, of which a duplicate stays open; other
// watches of it are told, and the watch can be armed again.
func TestRelease(t *testing.T) {
	r := open(t, WithSweep(time.Hour))
	a, b := tcp(t)
	c, other := newFired(), newFired()
	w := check[*Watch](t)(r.AfterReadable(a, c.call))
	check[*Watch](t)(r.AfterReadable(a, other.call))
	if !w.Release() || w.Pending() {
		t.Error("it was waiting")
	}
	if got := other.wait(t); got != Closed {
		t.Errorf("fired with %v", got)
	}
	if n := r.Stats().Sources; n != 0 {
		t.Errorf("%d sources", n)
	}
	if w.Release() {
		t.Error("released twice")
	}
	write(t, b, "x")
	passed(t, r)
	c.never(t)
	if err := w.Rearm(); err != nil {
		t.Fatal(err)
	}
	c.wait(t)
	if w.Release() {
		t.Error("it had fired")
	}
	a.Close()
	if err := w.Rearm(); !errors.Is(err, net.ErrClosed) {
		t.Error(err)
	}
}

// TestReleaseKeeps: a registration that somebody has made for himself stays.
func TestReleaseKeeps(t *testing.T) {
	r := open(t)
	a, b := tcp(t)
	s := check[*Source](t)(r.RegisterConn(a))
	c, other := newFired(), newFired()
	w := check[*Watch](t)(s.AfterReadable(c.call))
	check[*Watch](t)(s.AfterReadable(other.call))
	if !w.Release() {
		t.Error("it was waiting")
	}
	write(t, b, "x")
	if got := other.wait(t); got.Has(Closed) {
		t.Errorf("fired with %v", got)
	}
	c.never(t)
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}
