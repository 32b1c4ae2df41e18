package goetia

import (
	"errors"
	"net"
	"testing"
	"time"

	"github.com/goetia-go/goetia/poll"
)

// TestStaleEvent: what a Wait has collected for a watch that was stopped is not given to
// the next watch of the connection, which may find nothing to read. It does not
// matter whether the stop came before or after that Wait began (event loops that count
// ticks have taken events of the current tick for new ones).
func TestStaleEvent(t *testing.T) {
	for _, c := range []struct {
		name                  string
		stopFirst, overtaking bool
	}{
		{name: "stopped in the same wait"},
		{name: "stopped before the wait", stopFirst: true},
		{name: "other turners have begun since", overtaking: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, h := held(t)
			a, b := tcp(t)
			old, fresh := newFired(), newFired()
			w := check[*Watch](t)(r.AfterReadable(a, old.call))
			if c.stopFirst {
				w.Stop()
			}
			write(t, b, "x")
			turned := make(chan error)
			// Where the kernel is told of a stop, what was written need not come at all.
			mayNotCome := c.stopFirst && r.Features().HoldsOpen
			turn := func() { turned <- h.turn(r, mayNotCome) }
			go turn()
			select {
			case <-h.holding:
			case err := <-turned: // nothing has come
				go func() { turned <- err }()
			}
			if !c.stopFirst {
				w.Stop()
			}
			if c.overtaking {
				for range 3 {
					go turn()
					if err := <-turned; err != nil {
						t.Fatal(err)
					}
				}
			}
			read(t, a, 1)
			check[*Watch](t)(r.AfterReadable(a, fresh.call))
			close(h.free)
			if err := <-turned; err != nil {
				t.Fatal(err)
			}
			check[int](t)(r.Turn(0))
			if n := r.Stats().Fires; n != 0 {
				t.Errorf("%d watches fired, and there is nothing to read", n)
			}
			// Nor is anything lost.
			write(t, b, "y")
			for r.Stats().Fires == 0 {
				check[int](t)(r.Turn(soon))
			}
			fresh.wait(t)
			old.never(t)
		})
	}
}

// TestNextTick: only what was collected before is taken for stale. An event of the very next Wait is
// the fresh watch's, which does not have to be asked for a second time.
func TestNextTick(t *testing.T) {
	r, h := held(t)
	a, b := tcp(t)
	old, fresh := newFired(), newFired()
	w := check[*Watch](t)(r.AfterReadable(a, old.call))
	write(t, b, "x")
	release := h.collect(t, r)
	w.Stop()
	check[*Watch](t)(r.AfterReadable(a, fresh.call))
	release()
	for r.Stats().Fires == 0 {
		check[int](t)(r.Turn(soon))
	}
	fresh.wait(t)
	old.never(t)
	if n := r.Stats().Spurious; n > 1 {
		t.Errorf("%d events found nobody, and one was stale", n)
	}
}

// TestArmedMeanwhile: an event for one direction that was collected before somebody armed the other
// one is not lost by that (on a tick that both directions share, each wipes out the
// other's).
func TestArmedMeanwhile(t *testing.T) {
	r, h := held(t)
	a, b := tcp(t)
	readable, writable := newFired(), newFired()
	check[*Watch](t)(r.AfterWritable(a, writable.call))
	release := h.collect(t, r)
	check[*Watch](t)(r.AfterReadable(a, readable.call))
	release()
	if st := r.Stats(); st.Fires != 1 || st.Spurious != 0 {
		t.Errorf("%d watches fired, and %d events found nobody", st.Fires, st.Spurious)
	}
	writable.wait(t)
	readable.never(t)
	write(t, b, "x")
	for r.Stats().Fires < 2 {
		check[int](t)(r.Turn(soon))
	}
	readable.wait(t)
}

// TestSlotReused: what was collected for a registration that has ended is not given to the one
// that has its place.
func TestSlotReused(t *testing.T) {
	r, h := held(t)
	a, b := tcp(t)
	c, d := tcp(t)
	old, fresh := newFired(), newFired()
	w := check[*Watch](t)(r.AfterReadable(a, old.call))
	write(t, b, "x")
	release := h.collect(t, r)
	w.Release()
	check[*Watch](t)(r.AfterReadable(c, fresh.call))
	if n := len(r.shards[0].slots); n != 1 {
		t.Fatalf("%d slots", n)
	}
	release()
	if n := r.Stats().Fires; n != 0 {
		t.Errorf("%d watches fired for what concerns neither", n)
	}
	write(t, d, "y")
	for r.Stats().Fires == 0 {
		check[int](t)(r.Turn(soon))
	}
	fresh.wait(t)
	old.never(t)
}

// TestNumberReusedMeanwhile: a connection that is closed while a watch is being made for
// it, and whose number somebody else has by then, does not get that one's events.
func TestNumberReusedMeanwhile(t *testing.T) {
	r := open(t, WithSweep(time.Hour))
	for range 50 {
		a, _ := tcp(t)
		late, err := resolve(a)
		if err != nil {
			t.Fatal(err)
		}
		a.Close()
		x, y := tcp(t)
		for _, conn := range []*net.TCPConn{x, y} {
			if check[poll.Source](t)(poll.Conn(conn)).Handle() != late.src.Handle() {
				continue
			}
			check[*Watch](t)(r.AfterReadable(conn, func(Readiness) {}))
			sh := r.shardFor(late)
			sh.mu.Lock()
			s, err := sh.enroll(late, poll.Readable)
			sh.unlock().run()
			if !errors.Is(err, net.ErrClosed) {
				t.Errorf("it was given %v, %v", s, err)
			}
			return
		}
	}
	notReused(t)
}

// TestRearmClosed: a closed connection is refused also where the kernel need not be asked, because
// it was asked for another watch already, or because bytes are held; and the others are told.
func TestRearmClosed(t *testing.T) {
	r := open(t, WithSweep(time.Hour))
	a, _ := tcp(t)
	c := newFired()
	check[*Watch](t)(r.AfterReadable(a, c.call))
	w := check[*Watch](t)(r.NewWatch(a, Readable, c.call))
	a.Close()
	if err := w.Rearm(); !errors.Is(err, net.ErrClosed) || w.Pending() {
		t.Errorf("Rearm: %v", err)
	}
	if got := c.wait(t); got != Closed {
		t.Errorf("fired with %v", got)
	}
	b, _ := tcp(t)
	w = check[*Watch](t)(r.NewWatch(holding{b}, Readable, c.call))
	b.Close()
	if err := w.Rearm(); !errors.Is(err, net.ErrClosed) || w.Pending() {
		t.Errorf("Rearm of one that holds bytes: %v", err)
	}
	passed(t, r)
	c.never(t)
}
