package goetia

import (
	"context"
	"errors"
	"net"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/goetia-go/goetia/poll"
)

// TestNotifierTurn: without a background, a connection without a descriptor fires within a
// turn like any other, and the turn counts it.
func TestNotifierTurn(t *testing.T) {
	for _, opts := range [][]Option{mechanism(), {WithSimulation()}} {
		r := check[*Reactor](t)(New(opts...))
		conn, c := new(told), newFired()
		w := check[*Watch](t)(r.AfterReadable(conn, c.call))
		conn.tell(Readable)
		if !w.Pending() {
			t.Error("it has fired, and nobody has turned the Reactor")
		}
		if n, err := r.Turn(-1); n != 1 || err != nil {
			t.Errorf("Turn: %d, %v", n, err)
		}
		c.wait(t)
		// What was stopped after the connection has told does not fire.
		if err := w.Rearm(); err != nil {
			t.Fatal(err)
		}
		conn.tell(Readable)
		if !w.Stop() {
			t.Error("Stop came too late")
		}
		if n, err := r.Turn(0); n != 0 || err != nil {
			t.Errorf("Turn: %d, %v", n, err)
		}
		// One who waits in a turn is woken.
		turned := make(chan int)
		go func() {
			n, _ := r.Turn(-1)
			turned <- n
		}()
		if err := w.Rearm(); err != nil {
			t.Fatal(err)
		}
		conn.tell(Readable)
		if n := <-turned; n != 1 {
			t.Errorf("Turn: %d", n)
		}
		c.wait(t)
		if err := w.Rearm(); err != nil {
			t.Fatal(err)
		}
		conn.tell(Readable)
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		c.wait(t)
		c.never(t)
	}
}

// eager is a connection that tells before NotifyReady returns, with its lock held.
type eager struct {
	net.Conn
	ready Readiness
	times int
}

func (c eager) NotifyReady(_ Interest, f func(Readiness)) func() bool {
	for range c.times {
		f(c.ready)
	}
	return func() bool { return false }
}

// TestNotifierTellsAtOnce: it fires once, however often the connection tells.
func TestNotifierTellsAtOnce(t *testing.T) {
	r := check[*Reactor](t)(New(WithSimulation(), WithBackground()))
	defer r.Close()
	c := newFired()
	w := check[*Watch](t)(r.AfterReadable(eager{ready: Readable, times: 2}, c.call))
	if got := c.wait(t); got != Readable {
		t.Errorf("fired with %v", got)
	}
	if err := w.Rearm(); err != nil {
		t.Fatal(err)
	}
	c.wait(t)
	c.never(t)
	if err := r.WaitReadable(t.Context(), eager{ready: Readable, times: 1}); err != nil {
		t.Error(err)
	}
}

// TestNotifierTellsAgain: nor does it fire twice, or after a Stop, if the connection has told twice by
// the time that somebody turns.
func TestNotifierTellsAgain(t *testing.T) {
	r := check[*Reactor](t)(New(WithSimulation()))
	defer r.Close()
	var tell func(Readiness)
	conn := asking{asked: func(f func(Readiness)) { tell = f }}
	c := newFired()
	w := check[*Watch](t)(r.AfterReadable(conn, c.call))
	tell(Readable)
	tell(Readable | ReadClosed)
	if n := check[int](t)(r.Turn(0)); n != 1 {
		t.Errorf("%d have fired", n)
	}
	c.wait(t)
	for range 2 {
		if err := w.Rearm(); err != nil {
			t.Fatal(err)
		}
		tell(0) // says nothing
		tell(Readable)
		tell(Readable)
		if !w.Stop() {
			t.Error("Stop came too late")
		}
	}
	if err := w.Rearm(); err != nil {
		t.Fatal(err)
	}
	if n := check[int](t)(r.Turn(0)); n != 0 || !w.Pending() {
		t.Errorf("%d have fired for what was told of arms that have ended", n)
	}
}

// asking is a connection that lets a test tell.
type asking struct {
	net.Conn
	asked func(tell func(Readiness))
}

func (c asking) NotifyReady(_ Interest, f func(Readiness)) func() bool {
	c.asked(f)
	return func() bool { return false }
}

// TestNotifierClosed: one that is closed is refused, as one with a descriptor is.
func TestNotifierClosed(t *testing.T) {
	r := check[*Reactor](t)(New(WithSimulation(), WithBackground()))
	defer r.Close()
	c := newFired()
	closed := eager{ready: Closed, times: 1}
	if w, err := r.AfterReadable(closed, c.call); w != nil || !errors.Is(err, net.ErrClosed) {
		t.Errorf("AfterReadable: %v, %v", w, err)
	}
	if err := r.WaitReadable(t.Context(), closed); !errors.Is(err, net.ErrClosed) {
		t.Errorf("WaitReadable: %v", err)
	}
	w := check[*Watch](t)(r.NewWatch(closed, Readable, c.call))
	if err := w.Rearm(); !errors.Is(err, net.ErrClosed) || w.Pending() {
		t.Errorf("Rearm: %v", err)
	}
	s := check[*Source](t)(r.RegisterConn(closed))
	if _, err := s.AfterWritable(c.call); !errors.Is(err, net.ErrClosed) {
		t.Errorf("AfterWritable: %v", err)
	}
	c.never(t)
	if st := r.Stats(); st.Watches != 0 || st.Arms != st.Fires {
		t.Errorf("%+v", st.Counters)
	}
}

// TestRegisterNotifier takes what is no net.Conn.
func TestRegisterNotifier(t *testing.T) {
	r := check[*Reactor](t)(New(WithSimulation(), WithBackground()))
	defer r.Close()
	if _, err := r.RegisterNotifier(nil); !errors.Is(err, poll.ErrInvalid) {
		t.Errorf("nil: %v", err)
	}
	s := check[*Source](t)(r.RegisterNotifier(justNotifier{}))
	if err := s.WaitReadable(t.Context()); err != nil {
		t.Error(err)
	}
}

type justNotifier struct{}

func (justNotifier) NotifyReady(_ Interest, f func(Readiness)) func() bool {
	f(Readable)
	return func() bool { return false }
}

// TestNotifierRearmRaces: a connection is asked once for each arm, whoever arms.
func TestNotifierRearmRaces(t *testing.T) {
	r := check[*Reactor](t)(New(WithSimulation(), WithBackground()))
	defer r.Close()
	conn := new(told)
	w := check[*Watch](t)(r.NewWatch(conn, Readable, func(Readiness) {}))
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 500 {
				if err := w.Rearm(); err != nil {
					t.Error(err)
				}
				w.Stop()
			}
		})
	}
	wg.Wait()
	w.Stop()
	if n := conn.asked(); n != 0 {
		t.Errorf("%d questions are left", n)
	}
}

// TestNotifierRearmOvertaken: of two goroutines that arm a watch whose connection is closed, with a
// Release between them, the second is told so, which waits; and nothing is left in the lists.
func TestNotifierRearmOvertaken(t *testing.T) {
	r := check[*Reactor](t)(New(WithSimulation(), WithBackground()))
	defer r.Close()
	closed := eager{ready: Closed, times: 1}
	w := check[*Watch](t)(r.NewWatch(closed, Readable, func(Readiness) {}))
	sh := r.shards[0]
	// rearm is the first half of Watch.Rearm, and what it returns the second.
	rearm := func() func() error {
		sh.mu.Lock()
		arm, err := sh.rearm(w, false)
		s := w.source()
		sh.unlock().run()
		if err != nil {
			t.Fatal(err)
		}
		return func() error { return s.listen(w, arm) }
	}
	first := rearm()
	if !w.Release() {
		t.Error("it was not pending")
	}
	second := rearm()
	if err := first(); err != nil || !w.Pending() {
		t.Errorf("the first, whose wait was ended: %v", err)
	}
	if err := second(); !errors.Is(err, net.ErrClosed) || w.Pending() {
		t.Errorf("the second: %v", err)
	}
	if s := w.source(); s.first() != nil {
		t.Error("a watch is in the list that waits for nothing")
	}
}

// TestWaitInAndOutOfBubble: what a bubble has made is not used outside, nor the reverse.
func TestWaitInAndOutOfBubble(t *testing.T) {
	shared := check[*Reactor](t)(New(WithBackground(), WithSimulation()))
	defer shared.Close()
	a, b := tcp(t)
	write(t, b, "x")
	real := open(t)
	for range 3 {
		if err := real.WaitReadable(t.Context(), a); err != nil {
			t.Fatal(err)
		}
		synctest.Test(t, func(t *testing.T) {
			r := check[*Reactor](t)(New(WithSimulation(), WithBackground()))
			defer r.Close()
			for _, r := range []*Reactor{r, shared, real} {
				conn := new(told)
				go func() {
					time.Sleep(time.Hour)
					conn.tell(Readable)
				}()
				if err := r.WaitReadable(context.Background(), conn); err != nil {
					t.Error(err)
				}
			}
		})
	}
}
