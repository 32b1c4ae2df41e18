package goetia

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/goetia-go/goetia/poll"
)

// soon bounds how long a test waits for what has to happen. It is no measure of speed.
const soon = 20 * time.Second

// mechanism is what the tests are asked to use, as those of package poll are.
func mechanism() []Option {
	return []Option{WithMechanism(poll.Mechanism(os.Getenv("GOETIA_MECHANISM")))}
}

// open makes a Reactor that drives itself.
func open(t testing.TB, opts ...Option) *Reactor {
	t.Helper()
	r, err := New(append(append(mechanism(), WithBackground()), opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

// tcp makes a connection to this machine.
func tcp(t testing.TB) (near, far *net.TCPConn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	a, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	b, err := l.Accept()
	if err != nil {
		a.Close()
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close(); b.Close() })
	return a.(*net.TCPConn), b.(*net.TCPConn)
}

// fired is a callback that says what it was called with.
type fired chan Readiness

func newFired() fired { return make(fired, 64) }

func (c fired) call(r Readiness) { c <- r }

func (c fired) wait(t testing.TB) Readiness {
	t.Helper()
	select {
	case r := <-c:
		return r
	case <-time.After(soon):
		t.Fatal("the watch did not fire")
		return 0
	}
}

// never says that nothing has come, as far as that can be known after something else
// has gone all the way.
func (c fired) never(t testing.TB) {
	t.Helper()
	select {
	case r := <-c:
		t.Fatalf("the watch fired with %v", r)
	default:
	}
}

func write(t testing.TB, c net.Conn, s string) {
	t.Helper()
	if _, err := io.WriteString(c, s); err != nil {
		t.Fatal(err)
	}
}

func read(t testing.TB, c net.Conn, n int) string {
	t.Helper()
	b := make([]byte, n)
	if _, err := io.ReadFull(c, b); err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func check[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// passed waits until everything that was under way in r before has been dispatched.
func passed(t testing.TB, r *Reactor) {
	t.Helper()
	a, b := tcp(t)
	c := newFired()
	check[*Watch](t)(r.AfterReadable(a, c.call))
	write(t, b, "x")
	c.wait(t)
}

func TestFiresWhenReadable(t *testing.T) {
	r := open(t)
	a, b := tcp(t)
	c := newFired()
	w := check[*Watch](t)(r.AfterReadable(a, c.call))
	passed(t, r)
	c.never(t)
	if !w.Pending() {
		t.Error("not pending")
	}
	write(t, b, "hello")
	if got := c.wait(t); !got.Has(Readable) || got.Err() != nil {
		t.Errorf("fired with %v", got)
	}
	if w.Pending() || w.Stop() {
		t.Error("pending after it has fired")
	}
	if got := read(t, a, 5); got != "hello" {
		t.Errorf("read %q: the watch must take nothing", got)
	}
	// Once only, until it is armed again.
	write(t, b, "again")
	passed(t, r)
	c.never(t)
	if err := w.Rearm(); err != nil {
		t.Fatal(err)
	}
	c.wait(t)
}

func TestFiresWhenWritable(t *testing.T) {
	r := open(t)
	a, b := tcp(t)
	c := newFired()
	w := check[*Watch](t)(r.AfterWritable(a, c.call))
	if got := c.wait(t); !got.Has(Writable) {
		t.Errorf("fired with %v", got)
	}
	sent := cram(t, r, a, w, c)
	passed(t, r)
	c.never(t)
	if _, err := io.CopyN(io.Discard, b, sent); err != nil {
		t.Fatal(err)
	}
	c.wait(t)
}

// TestBothDirections: one that fires leaves the other armed.
func TestBothDirections(t *testing.T) {
	r := open(t)
	a, b := tcp(t)
	rd, wr := newFired(), newFired()
	check[*Watch](t)(r.AfterReadable(a, rd.call))
	w := check[*Watch](t)(r.AfterWritable(a, wr.call))
	wr.wait(t)
	for range 5 {
		if err := w.Rearm(); err != nil {
			t.Fatal(err)
		}
		wr.wait(t)
	}
	rd.never(t)
	write(t, b, "x")
	rd.wait(t)
}

func TestStop(t *testing.T) {
	r := open(t)
	a, b := tcp(t)
	c := newFired()
	w := check[*Watch](t)(r.AfterReadable(a, c.call))
	if !w.Stop() || w.Stop() || w.Pending() {
		t.Fatal("Stop does not say what it did")
	}
	write(t, b, "x")
	passed(t, r)
	c.never(t)
	if err := w.Rearm(); err != nil {
		t.Fatal(err)
	}
	c.wait(t)
}

// TestSeveralWatches: each has its own callback.
func TestSeveralWatches(t *testing.T) {
	r := open(t, WithSweep(time.Hour))
	r.AfterFunc(time.Hour, func() {}) // with which it does not rest, and drop what nobody waits for
	a, b := tcp(t)
	var all [5]fired
	var ws [5]*Watch
	for i := range all {
		all[i] = newFired()
		ws[i] = check[*Watch](t)(r.AfterReadable(a, all[i].call))
	}
	ws[2].Stop()
	write(t, b, "x")
	for i, c := range all {
		if i != 2 {
			c.wait(t)
		}
	}
	passed(t, r)
	all[2].never(t)
	if n := r.Stats().Sources; n != 2 { // that of passed is the other
		t.Errorf("%d sources", n)
	}
}

func TestPeerCloses(t *testing.T) {
	r := open(t)
	a, b := tcp(t)
	c := newFired()
	check[*Watch](t)(r.AfterReadable(a, c.call))
	b.Close()
	if got := c.wait(t); !got.Has(Readable) || got.Has(Closed) {
		t.Errorf("fired with %v", got)
	}
}

// TestClosedUnderWatch: it fires exactly once with an error state.
func TestClosedUnderWatch(t *testing.T) {
	r := open(t, WithSweep(20*time.Millisecond))
	a, _ := tcp(t)
	rd, wr := newFired(), newFired()
	w := check[*Watch](t)(r.AfterReadable(a, rd.call))
	v := check[*Watch](t)(r.AfterReadable(a, wr.call))
	a.Close()
	for _, c := range []fired{rd, wr} {
		if got := c.wait(t); !got.Has(Closed) || !errors.Is(got.Err(), net.ErrClosed) {
			t.Errorf("fired with %v", got)
		}
	}
	passed(t, r)
	rd.never(t)
	for _, w := range []*Watch{w, v} {
		if err := w.Rearm(); !errors.Is(err, net.ErrClosed) {
			t.Errorf("Rearm gives %v", err)
		}
	}
	if _, err := r.AfterReadable(a, rd.call); !errors.Is(err, net.ErrClosed) {
		t.Errorf("AfterReadable gives %v", err)
	}
}

// TestNumberReused: a closed connection's watch fires when its number is registered anew,
// and never for the new one.
func TestNumberReused(t *testing.T) {
	r := open(t, WithSweep(time.Hour))
	for range 50 {
		a, _ := tcp(t)
		old := newFired()
		src := check[poll.Source](t)(poll.Conn(a))
		check[*Watch](t)(r.AfterReadable(a, old.call))
		a.Close()
		x, y := tcp(t)
		c := newFired()
		var reused net.Conn
		for _, conn := range []*net.TCPConn{x, y} {
			if check[poll.Source](t)(poll.Conn(conn)).Handle() == src.Handle() {
				reused = conn
			}
		}
		if reused == nil {
			continue
		}
		check[*Watch](t)(r.AfterReadable(reused, c.call))
		if got := old.wait(t); !got.Has(Closed) {
			t.Fatalf("fired with %v", got)
		}
		if reused == x {
			write(t, y, "x")
		} else {
			write(t, x, "x")
		}
		if got := c.wait(t); got.Has(Closed) {
			t.Fatalf("the new one fired with %v", got)
		}
		old.never(t)
		return
	}
	notReused(t)
}

// notReused ends a test for which a descriptor's number was to be given to the next one, which Windows
// need not do.
func notReused(t *testing.T) {
	t.Helper()
	if runtime.GOOS != "windows" {
		t.Fatal("no number was given twice, although the lowest one is to be")
	}
	t.Skip("no number was given twice")
}

func TestSourceClose(t *testing.T) {
	r := open(t, WithSweep(time.Hour))
	a, b := tcp(t)
	s := check[*Source](t)(r.RegisterConn(a))
	if _, err := r.RegisterConn(a); !errors.Is(err, poll.ErrExists) {
		t.Errorf("registered twice: %v", err)
	}
	c := newFired()
	w := check[*Watch](t)(s.AfterReadable(c.call))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if got := c.wait(t); !got.Has(Closed) {
		t.Errorf("fired with %v", got)
	}
	if err := w.Rearm(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("Rearm gives %v", err)
	}
	if err := s.Close(); !errors.Is(err, poll.ErrNotFound) {
		t.Errorf("the second Close gives %v", err)
	}
	// The connection itself is as it was.
	write(t, b, "x")
	read(t, a, 1)
	s = check[*Source](t)(r.RegisterConn(a))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestDeadline(t *testing.T) {
	r := open(t)
	a, b := tcp(t)
	c := newFired()
	w := check[*Watch](t)(r.AfterReadable(a, c.call))
	w.SetDeadline(time.Now().Add(20 * time.Millisecond))
	if got := c.wait(t); got != TimedOut || !errors.Is(got.Err(), os.ErrDeadlineExceeded) {
		t.Errorf("fired with %v", got)
	}
	// A deadline is about one arm.
	if err := w.Rearm(); err != nil {
		t.Fatal(err)
	}
	w.SetTimeout(time.Hour)
	w.SetDeadline(time.Time{})
	w.SetTimeout(time.Hour)
	write(t, b, "x")
	if got := c.wait(t); !got.Has(Readable) || got.Has(TimedOut) {
		t.Errorf("fired with %v", got)
	}
	if n := r.Stats().TimersSet; n != 0 {
		t.Errorf("%d timers are set", n)
	}
	// The connection's own deadlines are not ours.
	if err := a.SetReadDeadline(time.Now().Add(-time.Second)); err != nil {
		t.Fatal(err)
	}
	check[*Watch](t)(r.AfterReadable(a, c.call))
	c.wait(t)
	if _, err := a.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("the deadline was lost: %v", err)
	}
}

// TestDeadlinePutOff: what was set first does not count any more, and what was set last does.
func TestDeadlinePutOff(t *testing.T) {
	bubble(t, func(t *testing.T, r *Reactor) {
		c := newFired()
		w := check[*Watch](t)(r.AfterReadable(new(told), c.call))
		w.SetTimeout(10 * time.Millisecond)
		w.SetTimeout(time.Hour)
		time.Sleep(time.Hour - 1)
		synctest.Wait()
		c.never(t)
		if !w.Pending() {
			t.Error("not pending")
		}
		began := time.Now()
		if got := c.wait(t); got != TimedOut || time.Since(began) != 1 {
			t.Errorf("fired with %v after %v", got, time.Since(began))
		}
	})
}

func TestWait(t *testing.T) {
	r := open(t, WithSweep(20*time.Millisecond))
	a, b := tcp(t)
	if err := r.WaitWritable(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	for range 2 {
		if err := r.WaitReadable(ctx, a); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("gives %v", err)
		}
	}
	write(t, b, "x")
	if err := r.WaitReadable(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	read(t, a, 1)
	failed := make(chan error, 2)
	for range 2 {
		go func() { failed <- r.WaitReadable(t.Context(), a) }()
	}
	for r.Stats().Watches < 2 {
		time.Sleep(time.Millisecond)
	}
	a.Close()
	for range 2 {
		if err := <-failed; !errors.Is(err, net.ErrClosed) {
			t.Errorf("gives %v", err)
		}
	}
}

// TestRearmFromCallback is a loop without a goroutine of its own.
func TestRearmFromCallback(t *testing.T) {
	r := open(t)
	a, b := tcp(t)
	var w *Watch
	var n atomic.Int32
	done := make(chan struct{})
	ready := make(chan struct{})
	w = check[*Watch](t)(r.AfterReadable(a, func(Readiness) {
		<-ready
		buf := make([]byte, 1)
		if _, err := a.Read(buf); err != nil {
			t.Error(err)
		}
		if n.Add(1) == 100 {
			close(done)
			return
		}
		if err := w.Rearm(); err != nil {
			t.Error(err)
		}
		if _, err := a.Write(buf); err != nil {
			t.Error(err)
		}
	}))
	close(ready)
	for range 99 {
		write(t, b, "x")
		read(t, b, 1)
	}
	write(t, b, "x")
	<-done
}

// TestCloseFiresAll: nobody waits for ever.
func TestCloseFiresAll(t *testing.T) {
	r, err := New(WithBackground(), WithShards(3))
	if err != nil {
		t.Fatal(err)
	}
	c := newFired()
	for range 10 {
		a, _ := tcp(t)
		check[*Watch](t)(r.AfterReadable(a, c.call))
	}
	r.AfterFunc(time.Hour, func() { t.Error("a timer fired") })
	a, _ := tcp(t)
	failed := make(chan error)
	go func() { failed <- r.WaitReadable(context.Background(), a) }()
	for r.Stats().Watches < 11 {
		time.Sleep(time.Millisecond)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	for range 10 {
		if got := c.wait(t); !got.Has(Closed) {
			t.Errorf("fired with %v", got)
		}
	}
	if err := <-failed; !errors.Is(err, poll.ErrClosed) {
		t.Errorf("WaitReadable gives %v", err)
	}
	if _, err := r.AfterReadable(a, c.call); !errors.Is(err, poll.ErrClosed) {
		t.Errorf("AfterReadable gives %v", err)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
}

// TestForgottenWatch: what nobody waits for is dropped, and can be armed all the same.
func TestForgottenWatch(t *testing.T) {
	r := open(t, WithSweep(10*time.Millisecond))
	a, b := tcp(t)
	c := newFired()
	w := check[*Watch](t)(r.AfterReadable(a, c.call))
	write(t, b, "x")
	c.wait(t)
	for until := time.Now().Add(soon); r.Stats().Sources > 0; time.Sleep(time.Millisecond) {
		if time.Now().After(until) {
			t.Fatal("the source was not dropped")
		}
	}
	if err := w.Rearm(); err != nil {
		t.Fatal(err)
	}
	c.wait(t)
}

func TestBadInput(t *testing.T) {
	r := open(t)
	a, _ := tcp(t)
	for name, conn := range map[string]net.Conn{
		"nil": nil, "pipe": new(pipeConn), "cycle": cycle{}, "empty": empty{},
	} {
		if w, err := r.AfterReadable(conn, func(Readiness) {}); err == nil || w != nil {
			t.Errorf("%s: %v %v", name, w, err)
		}
		if err := r.WaitReadable(t.Context(), conn); err == nil {
			t.Errorf("%s: no error", name)
		}
		if s, err := r.RegisterConn(conn); err == nil || s != nil {
			t.Errorf("%s: %v %v", name, s, err)
		}
	}
	if _, err := r.AfterReadable(a, nil); !errors.Is(err, poll.ErrInvalid) {
		t.Errorf("no function: %v", err)
	}
	if _, err := r.Register(poll.Source{}); !errors.Is(err, poll.ErrInvalid) {
		t.Errorf("zero Source: %v", err)
	}
	for _, o := range []Option{WithShards(0), WithShards(1 << 20), WithCallbackLimit(-1), WithSweep(0)} {
		if _, err := New(o); !errors.Is(err, poll.ErrInvalid) {
			t.Errorf("option: %v", err)
		}
	}
	if n := r.Stats().Sources; n != 0 {
		t.Errorf("%d sources", n)
	}
}

type pipeConn struct{ net.Conn }

type cycle struct{ net.Conn }

func (c cycle) NetConn() net.Conn { return c }

type empty struct{ net.Conn }

func (empty) NetConn() net.Conn { return nil }

// TestForgottenDeadline: a watch that has fired is not kept by the deadline that it had.
func TestForgottenDeadline(t *testing.T) {
	r := open(t, WithSweep(10*time.Millisecond))
	r.AfterFunc(time.Minute, func() {}) // behind which the deadline is out of sight
	a, b := tcp(t)
	gone := make(chan struct{})
	func() {
		c, held := newFired(), new([64]byte)
		runtime.AddCleanup(held, func(struct{}) { close(gone) }, struct{}{})
		w := check[*Watch](t)(r.AfterReadable(a, func(r Readiness) { held[0]++; c.call(r) }))
		w.SetTimeout(time.Hour)
		write(t, b, "x")
		c.wait(t)
	}()
	eventually(t, func() bool {
		runtime.GC()
		select {
		case <-gone:
			return true
		default:
			return false
		}
	})
}
