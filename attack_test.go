package goetia

import (
	"context"
	"crypto/tls"
	"errors"
	"math"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/goetia-go/goetia/poll"
)

// TestTypedNil: a nil pointer inside an interface is refused like a closed connection, and
// does not panic.
func TestTypedNil(t *testing.T) {
	r := open(t)
	for name, conn := range map[string]net.Conn{
		"TCP": (*net.TCPConn)(nil), "UDP": (*net.UDPConn)(nil), "Unix": (*net.UnixConn)(nil), "TLS": (*tls.Conn)(nil),
		"told": (*told)(nil), "wrapped": foreign{inner: (*net.TCPConn)(nil)}, "zero TCP": new(net.TCPConn),
	} {
		if w, err := r.AfterReadable(conn, func(Readiness) {}); err == nil || w != nil {
			t.Errorf("%s: %v, %v", name, w, err)
		}
		if err := r.WaitReadable(t.Context(), conn); err == nil {
			t.Errorf("%s: waited for", name)
		}
		if s, err := r.RegisterConn(conn); err == nil || s != nil {
			t.Errorf("%s: %v, %v", name, s, err)
		}
		if _, err := Observe(conn); err == nil {
			t.Errorf("%s: observed", name)
		}
	}
	if _, err := Observe(nil); !errors.Is(err, poll.ErrInvalid) {
		t.Errorf("nil: %v", err)
	}
}

// TestDefaultStays: nobody can take the Reactor away from the others who use it.
func TestDefaultStays(t *testing.T) {
	r := check[*Reactor](t)(Default())
	if err := r.Close(); !errors.Is(err, poll.ErrUnsupported) {
		t.Errorf("Close: %v", err)
	}
	a, _ := tcp(t)
	if err := WaitWritable(t.Context(), a); err != nil {
		t.Error(err)
	}
}

// TestBadInterests are refused.
func TestBadInterests(t *testing.T) {
	r := open(t)
	a, _ := tcp(t)
	s := check[*Source](t)(r.RegisterConn(a))
	defer s.Close()
	f := func(Readiness) {}
	for _, in := range []Interest{0, 1 << 7, Readable | 1<<6} {
		if w, err := r.NewWatch(a, in, f); err == nil {
			if err = w.Rearm(); err == nil {
				t.Errorf("interest %d was taken", in)
			}
		}
		if _, err := s.After(in, f); err == nil {
			t.Errorf("interest %d was taken by a source", in)
		}
		if _, err := s.Inline(in, f); err == nil {
			t.Errorf("interest %d was taken inline", in)
		}
	}
	for _, in := range []Interest{Readable, Writable} {
		if _, err := s.After(in, nil); !errors.Is(err, poll.ErrInvalid) {
			t.Errorf("no function: %v", err)
		}
	}
	if n := r.Stats().Watches; n != 0 {
		t.Errorf("%d watches", n)
	}
}

// TestExtremeTimes: no duration overflows, hangs or fires early.
func TestExtremeTimes(t *testing.T) {
	r := open(t)
	a, _ := tcp(t)
	c := newFired()
	w := check[*Watch](t)(r.AfterReadable(a, c.call))
	for _, d := range []time.Duration{math.MaxInt64, math.MaxInt64 - 1} {
		w.SetTimeout(d)
	}
	for _, at := range []time.Time{{}, time.Unix(1<<62, 0), time.Now().Add(math.MaxInt64)} {
		w.SetDeadline(at)
	}
	passed(t, r)
	c.never(t)
	for _, set := range []func(){
		func() { w.SetTimeout(math.MinInt64) },
		func() { w.SetTimeout(-1) },
		func() { w.SetTimeout(0) },
		func() { w.SetDeadline(time.Unix(-1<<62, 0)) },
		func() { w.SetDeadline(time.Time{}.Add(1)) },
	} {
		if err := w.Rearm(); err != nil {
			t.Fatal(err)
		}
		set()
		if got := c.wait(t); got != TimedOut {
			t.Errorf("fired with %v", got)
		}
		w.SetTimeout(1) // it is not pending
	}
	done := make(chan struct{}, 2)
	for _, d := range []time.Duration{-1, math.MinInt64} {
		r.AfterFunc(d, func() { done <- struct{}{} })
		<-done
	}
	far := r.AfterFunc(math.MaxInt64, func() { t.Error("the end of time has come") })
	if far.Reset(math.MaxInt64) != true || !far.Stop() {
		t.Error("it was not waiting")
	}
	for _, d := range []time.Duration{0, -1, math.MinInt64} {
		if _, err := r.Every(d, Burst, func() {}); !errors.Is(err, poll.ErrInvalid) {
			t.Errorf("every %v: %v", d, err)
		}
	}
	if _, err := r.Every(time.Second, Skip+1, func() {}); !errors.Is(err, poll.ErrInvalid) {
		t.Errorf("a policy that there is not: %v", err)
	}
	if _, err := r.Every(time.Second, Skip, nil); !errors.Is(err, poll.ErrInvalid) {
		t.Errorf("no function: %v", err)
	}
	seldom, err := r.Every(math.MaxInt64, Skip, func() { t.Error("the end of time has come") })
	if err != nil || !seldom.Stop() {
		t.Errorf("%v", err)
	}
}

// TestEverySeldom: an interval whose second tick is beyond the end of the clock has one.
func TestEverySeldom(t *testing.T) {
	for _, missed := range []Missed{Burst, Delay, Skip} {
		bubble(t, func(t *testing.T, r *Reactor) {
			tick := check[*Timer](t)(r.Every(math.MaxInt64, missed, func() {}))
			// In a bubble the clock may be years before its zero.
			tick.Reset(max(0, time.Duration(-clock())) + time.Second)
			time.Sleep(max(0, time.Duration(-clock())) + time.Hour)
			if n := r.Stats().Timers; n != 1 {
				t.Errorf("policy %d: it has fired %d times", missed, n)
			}
			if !tick.Stop() {
				t.Errorf("policy %d: it does not go on", missed)
			}
		})
	}
}

// TestNilFunc: a timer or a report without a function is refused where it is made, like
// time.AfterFunc's would fail, and not later in a goroutine that nobody knows.
func TestNilFunc(t *testing.T) {
	r := open(t)
	for name, call := range map[string]func(){
		"AfterFunc": func() { r.AfterFunc(time.Hour, nil) },
		"AddReport": func() { r.AddReport("nothing", nil) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s took no function for one", name)
				}
			}()
			call()
		}()
	}
}

// TestReentrancy: a callback may do anything with its own watch, its source and its
// Reactor.
func TestReentrancy(t *testing.T) {
	for name, act := range map[string]func(r *Reactor, s *Source, w *Watch) error{
		"stop":     func(_ *Reactor, _ *Source, w *Watch) error { w.Stop(); return nil },
		"rearm":    func(_ *Reactor, _ *Source, w *Watch) error { return w.Rearm() },
		"deadline": func(_ *Reactor, _ *Source, w *Watch) error { w.SetTimeout(0); return nil },
		"source":   func(_ *Reactor, s *Source, _ *Watch) error { return s.Close() },
		"reactor":  func(r *Reactor, _ *Source, _ *Watch) error { return r.Close() },
		"stats": func(r *Reactor, _ *Source, w *Watch) error {
			r.Stats()
			r.Snapshot(SnapshotOptions{Sites: true})
			w.Pending()
			return r.Notify()
		},
		"timers": func(r *Reactor, _ *Source, _ *Watch) error {
			done := make(chan struct{})
			r.AfterFunc(0, func() { close(done) })
			<-done
			return nil
		},
		"again": func(_ *Reactor, s *Source, _ *Watch) error { return s.WaitReadable(context.Background()) },
	} {
		t.Run(name, func(t *testing.T) {
			r := open(t)
			a, b := tcp(t)
			s := check[*Source](t)(r.RegisterConn(a))
			done := make(chan error, 8)
			var w *Watch
			known := make(chan struct{})
			var times atomic.Int32
			w = check[*Watch](t)(s.AfterReadable(func(Readiness) {
				<-known
				if times.Add(1) == 1 {
					done <- act(r, s, w)
				}
			}))
			close(known)
			write(t, b, "x")
			select {
			case err := <-done:
				if err != nil {
					t.Error(err)
				}
			case <-time.After(soon):
				t.Fatal("the callback hangs")
			}
		})
	}
}

// TestInlineReentrancy: an inline callback may arm and stop, and so much that none is
// called in the middle of another.
func TestInlineReentrancy(t *testing.T) {
	r := open(t)
	a, b := tcp(t)
	s := check[*Source](t)(r.RegisterConn(a))
	defer s.Close()
	done := make(chan struct{})
	var w *Watch
	known := make(chan struct{})
	n := 0
	w = check[*Watch](t)(s.Inline(Readable, func(Readiness) {
		<-known
		if n++; n == 100 {
			close(done)
			return
		}
		other, err := s.Inline(Readable, func(Readiness) {})
		if err == nil {
			other.Stop()
			err = w.Rearm()
		}
		if err != nil {
			t.Error(err)
		}
	}))
	close(known)
	write(t, b, "x")
	select {
	case <-done:
	case <-time.After(soon):
		t.Fatal("it hangs")
	}
}

// TestEverythingRaces: all that can be called at once is, and each arm ends once.
func TestEverythingRaces(t *testing.T) {
	for range 20 {
		r, err := New(append(mechanism(), WithBackground(), WithShards(2), WithSweep(time.Millisecond))...)
		if err != nil {
			t.Fatal(err)
		}
		a, b := tcp(t)
		s := check[*Source](t)(r.RegisterConn(a))
		var fires, stops atomic.Uint64
		var ws [4]*Watch
		for i := range ws {
			ws[i] = check[*Watch](t)(s.AfterReadable(func(Readiness) { fires.Add(1) }))
		}
		var wg sync.WaitGroup
		allowed := func(err error) {
			if err != nil && !errors.Is(err, net.ErrClosed) && !errors.Is(err, poll.ErrClosed) && !errors.Is(err, poll.ErrNotFound) && !errors.Is(err, os.ErrDeadlineExceeded) && !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
		}
		ctx, cancel := context.WithCancel(t.Context())
		for _, w := range ws {
			wg.Go(func() {
				for range 50 {
					allowed(w.Rearm())
					w.SetTimeout(time.Microsecond)
				}
			})
			wg.Go(func() {
				for range 50 {
					if w.Stop() {
						stops.Add(1)
					}
				}
			})
		}
		wg.Go(func() { allowed(s.WaitReadable(ctx)) })
		wg.Go(func() { allowed(r.WaitWritable(ctx, a)) })
		wg.Go(func() { _, _ = b.Write([]byte("x")); b.Close() })
		wg.Go(func() { allowed(s.Close()) })
		wg.Go(func() { a.Close() })
		wg.Go(func() { r.Stats(); r.Snapshot(SnapshotOptions{}) })
		wg.Go(func() { allowed(r.Close()) })
		wg.Go(func() { cancel() })
		wg.Wait()
		allowed(r.Close())
		// The waits of two contexts count as well: each a fire or a stop of its own.
		eventually(t, func() bool {
			st := r.Stats()
			return st.Watches == 0 && st.Waiting == 0 && st.Running == 0 && st.Arms >= fires.Load()+stops.Load() && st.Arms <= fires.Load()+stops.Load()+2
		})
	}
}

// TestZeroValues of what the package makes itself are a mistake that is seen at once; those of
// what users write are not.
func TestZeroValues(t *testing.T) {
	var h Histogram
	if h.Quantile(0.5) != 0 || h.Total() != 0 {
		t.Error("an empty histogram has something in it")
	}
	for _, q := range []float64{-1, 0, 1, 2, math.NaN(), math.Inf(1)} {
		h.Counts[3] = 1
		h.Quantile(q)
	}
	for i := range buckets {
		if BucketUpper(i) <= 0 {
			t.Errorf("bucket %d ends at %v", i, BucketUpper(i))
		}
	}
	if r := Readiness(0); r.String() != "none" || r.Err() != nil {
		t.Errorf("%v", r)
	}
}
