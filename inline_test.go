package goetia

import (
	"net"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
)

// holding is a connection that always holds something.
type holding struct{ *net.TCPConn }

func (holding) Buffered() int { return 1 }

// TestInlineArmsItself: an inline callback whose watch fires as it arms it, because bytes are
// here already, is not called in the middle of itself. It would meet its own locks, and a
// stack ends.
func TestInlineArmsItself(t *testing.T) {
	a, _ := tcp(t)
	for name, conn := range map[string]net.Conn{
		"bytes are held":  holding{a},
		"it tells itself": eager{ready: Readable, times: 1},
	} {
		t.Run(name, func(t *testing.T) {
			r := open(t)
			s := check[*Source](t)(r.RegisterConn(conn))
			defer s.Close()
			const calls = 1000
			done := make(chan struct{})
			end := sync.OnceFunc(func() { close(done) })
			inside, n := false, 0
			var w *Watch
			w = check[*Watch](t)(s.Inline(Readable, func(Readiness) {
				if inside {
					t.Error("it is called in the middle of itself")
					end()
					return
				}
				inside = true
				defer func() { inside = false }()
				if n++; n == 1 {
					return // Inline has not returned
				}
				if n == calls {
					end()
					return
				}
				if err := w.Rearm(); err != nil {
					t.Error(err)
				}
				if n%10 == 0 {
					if !w.Pending() || !w.Stop() || w.Pending() {
						t.Error("what is still to be called cannot be stopped")
					}
					if err := w.Rearm(); err != nil {
						t.Error(err)
					}
				}
				if n%100 == 0 {
					runtime.Goexit()
				}
			}))
			go func() {
				if err := w.Rearm(); err != nil {
					t.Error(err)
				}
			}()
			<-done
			if !t.Failed() && w.Pending() {
				t.Error("it is still to be called")
			}
		})
	}
}

// TestInlineStopsItself: an inline call that waits for the end of the one before it is in no queue,
// and when it is stopped none is missing there.
func TestInlineStopsItself(t *testing.T) {
	r := open(t)
	a, _ := tcp(t)
	for name, end := range map[string]func(*Watch) bool{"Stop": (*Watch).Stop, "Release": (*Watch).Release} {
		called := false
		var w *Watch
		w = check[*Watch](t)(r.watch(holding{a}, Readable, func(Readiness) {
			if called {
				t.Errorf("%s: it is called once more", name)
				return
			}
			called = true
			if err := w.Rearm(); err != nil {
				t.Error(err)
			}
			if !end(w) {
				t.Errorf("%s: there was nothing to stop", name)
			}
		}, inline))
		if err := w.Rearm(); err != nil {
			t.Fatal(err)
		}
		if n := r.Stats().Waiting; !called || n != 0 {
			t.Errorf("%s: called is %v, and %d callbacks wait", name, called, n)
		}
	}
}

// TestInlineClosesItself: nor is one that closes its own source, which fires the watch that it has
// armed again.
func TestInlineClosesItself(t *testing.T) {
	r := open(t)
	a, b := tcp(t)
	s := check[*Source](t)(r.RegisterConn(a))
	c := newFired()
	inside, n := false, 0
	var w atomic.Pointer[Watch]
	w.Store(check[*Watch](t)(s.Inline(Readable, func(ready Readiness) {
		if inside {
			t.Error("it is called in the middle of itself")
		}
		inside = true
		defer func() { inside = false }()
		if n++; n == 1 {
			if err := w.Load().Rearm(); err != nil {
				t.Error(err)
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		}
		c.call(ready)
	})))
	write(t, b, "x")
	if got := c.wait(t); got.Has(Closed) {
		t.Errorf("first %v", got)
	}
	if got := c.wait(t); !got.Has(Closed) {
		t.Errorf("then %v", got)
	}
}
