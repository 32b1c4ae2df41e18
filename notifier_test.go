package goetia

import (
	"net"
	"sync"
	"testing"
)

// told is a connection without a descriptor.
type told struct {
	net.Conn
	mu   sync.Mutex
	asks map[int]ask
	next int
}

type ask struct {
	in Interest
	f  func(Readiness)
}

func (c *told) NotifyReady(in Interest, f func(Readiness)) (stop func() bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.asks == nil {
		c.asks = make(map[int]ask)
	}
	c.next++
	i := c.next
	c.asks[i] = ask{in, f}
	return func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		_, was := c.asks[i]
		delete(c.asks, i)
		return was
	}
}

// tell tells all who have asked, with the lock held as is allowed.
func (c *told) tell(r Readiness) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, a := range c.asks {
		if r.wakes(a.in) {
			delete(c.asks, i)
			a.f(r)
		}
	}
}

func (c *told) asked() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.asks)
}

// TestNotifierSeveralWatches: the watches of one source do not take one another's place.
func TestNotifierSeveralWatches(t *testing.T) {
	for _, opts := range [][]Option{nil, {WithSimulation()}} {
		r, err := New(append(opts, WithBackground())...)
		if err != nil {
			t.Fatal(err)
		}
		conn := new(told)
		s := check[*Source](t)(r.RegisterConn(conn))
		rd, again, wr := newFired(), newFired(), newFired()
		w := check[*Watch](t)(s.AfterReadable(rd.call))
		check[*Watch](t)(s.AfterReadable(again.call))
		check[*Watch](t)(s.AfterWritable(wr.call))
		conn.tell(Readable)
		rd.wait(t)
		again.wait(t)
		wr.never(t)
		conn.tell(Writable)
		wr.wait(t)
		if err := w.Rearm(); err != nil {
			t.Fatal(err)
		}
		if !w.Stop() || conn.asked() != 0 {
			t.Errorf("%d are asked for after Stop", conn.asked())
		}
		for _, w := range []fired{rd, again} {
			check[*Watch](t)(s.AfterReadable(w.call))
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		for _, c := range []fired{rd, again} {
			if got := c.wait(t); got != Closed {
				t.Errorf("fired with %v", got)
			}
		}
		if conn.asked() != 0 {
			t.Errorf("%d are asked for after Close", conn.asked())
		}
		s = check[*Source](t)(r.RegisterConn(conn))
		for _, w := range []fired{rd, again} {
			check[*Watch](t)(s.AfterReadable(w.call))
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		for _, c := range []fired{rd, again} {
			c.wait(t)
		}
		if conn.asked() != 0 {
			t.Errorf("%d are asked for after the Reactor's Close", conn.asked())
		}
	}
}
