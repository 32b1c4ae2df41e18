package goetia

import (
	"errors"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// TestCallbackLimit: ten thousand fire at once, and no more than four goroutines run
// them; some of which end their goroutine. Nothing is lost.
func TestCallbackLimit(t *testing.T) {
	const limit = 4
	n := 10_000
	if testing.Short() {
		n = 1000
	}
	for _, goexit := range []bool{false, true} {
		r := open(t, WithCallbackLimit(limit))
		before := runtime.NumGoroutine()
		var running, most, goroutines atomic.Int32
		var all sync.WaitGroup
		s := check[*Source](t)(r.RegisterConn(new(told)))
		all.Add(n)
		for i := range n {
			check[*Watch](t)(s.AfterReadable(func(Readiness) {
				defer all.Done()
				raise(&most, running.Add(1))
				raise(&goroutines, int32(runtime.NumGoroutine()))
				runtime.Gosched()
				running.Add(-1)
				if goexit && i%3 == 0 {
					runtime.Goexit()
				}
			}))
		}
		if err := s.Close(); err != nil { // which fires them all
			t.Fatal(err)
		}
		all.Wait()
		if most.Load() > limit {
			t.Errorf("%d have run at a time", most.Load())
		}
		// The driver may have begun, and a worker's successor before its end, and on each processor may be
		// one that has but to end.
		if got := int(goroutines.Load()) - before; got > 2*limit+1+runtime.GOMAXPROCS(0) {
			t.Errorf("%d goroutines more than before", got)
		}
		eventually(t, func() bool { st := r.Stats(); return st.Running == 0 && st.Waiting == 0 })
		// All slots are still there: that many wait for one another.
		var meet sync.WaitGroup
		meet.Add(limit)
		for range limit {
			r.AfterFunc(0, func() { meet.Done(); meet.Wait() })
		}
		meet.Wait()
	}
}

func raise(most *atomic.Int32, n int32) {
	for old := most.Load(); n > old && !most.CompareAndSwap(old, n); old = most.Load() {
	}
}

// TestCallbackOrder: what fires first is called first, if there is but one to do it.
func TestCallbackOrder(t *testing.T) {
	r := open(t, WithCallbackLimit(1))
	blocked, free := make(chan struct{}), make(chan struct{})
	r.AfterFunc(0, func() { close(blocked); <-free })
	<-blocked
	var order []int
	done := make(chan struct{})
	const n = 3000 // more than a ring keeps
	for i := range n {
		conn := new(told)
		check[*Watch](t)(r.AfterReadable(conn, func(Readiness) {
			order = append(order, i)
			if i == n-1 {
				close(done)
			}
		}))
		conn.tell(Readable) // it is queued when this returns
	}
	close(free)
	<-done
	for i, got := range order {
		if got != i {
			t.Fatalf("number %d was called as number %d", got, i)
		}
	}
	if len(order) != n {
		t.Errorf("%d were called", len(order))
	}
}

// TestStopQueued: a watch that waits for a goroutine can still be stopped, and armed anew.
func TestStopQueued(t *testing.T) {
	r := open(t, WithCallbackLimit(1))
	blocked, free := make(chan struct{}), make(chan struct{})
	r.AfterFunc(0, func() { close(blocked); <-free })
	<-blocked
	a, b := tcp(t)
	write(t, b, "x")
	c := newFired()
	w := check[*Watch](t)(r.AfterReadable(a, c.call))
	for range 3 {
		eventually(t, func() bool { w.SetTimeout(0); return r.Stats().Watches == 0 })
		if !w.Pending() || !w.Stop() || w.Stop() {
			t.Error("Stop does not say what it did")
		}
		if err := w.Rearm(); err != nil {
			t.Fatal(err)
		}
	}
	close(free)
	c.wait(t)
	eventually(t, func() bool { st := r.Stats(); return st.Running == 0 && st.Waiting == 0 })
	c.never(t)
}

// TestWaiting: what was stopped or set anew while it waited for a goroutine is not counted as if it
// waited still, or more than once.
func TestWaiting(t *testing.T) {
	r := manual(t, WithCallbackLimit(1))
	waiting := func(want int) {
		t.Helper()
		if st, snap := r.Stats().Waiting, r.Snapshot(SnapshotOptions{}).Shards[0].Waiting; st != want || snap != want {
			t.Errorf("%d and %d callbacks are said to wait, not %d", st, snap, want)
		}
	}
	blocked, free := make(chan struct{}), make(chan struct{})
	r.AfterFunc(0, func() { close(blocked); <-free })
	check[int](t)(r.Turn(0))
	<-blocked
	timer := r.AfterFunc(0, func() {})
	tick := check[*Timer](t)(r.Every(1, Skip, func() {}))
	a, _ := tcp(t)
	c := newFired()
	w := check[*Watch](t)(r.NewWatch(a, Writable, c.call))
	for i := range 10 {
		timer.Reset(0)
		tick.Reset(0)
		for _, end := range []func() bool{w.Stop, w.Release} {
			if err := w.Rearm(); err != nil {
				t.Fatal(err)
			}
			eventually(t, func() bool { check[int](t)(r.Turn(0)); return r.Stats().Watches == 0 })
			waiting(3)
			if i < 9 && !end() {
				t.Error("it was not stopped")
			}
		}
	}
	tick.Stop()
	waiting(2)
	if n := r.shards[0].calls.queue.len(); n != 3 { // nobody else touches it now
		t.Errorf("there are %d jobs for three that have fired again and again", n)
	}
	close(free)
	c.wait(t)
	eventually(t, func() bool { return r.Stats().Running == 0 })
	waiting(0)
}

// TestCallbackPanics: it is the end of the program, which says what happened, where, and
// where the watch was made.
func TestCallbackPanics(t *testing.T) {
	const variable = "GOETIA_TEST_PANIC"
	if os.Getenv(variable) != "" {
		r := open(t)
		a, b := tcp(t)
		write(t, b, "x")
		if os.Getenv(variable) == "inline" {
			check[*Watch](t)(check[*Source](t)(r.RegisterConn(a)).Inline(Readable, panicking))
		} else {
			check[*Watch](t)(r.AfterReadable(a, panicking)) // the site
		}
		select {}
	}
	for _, how := range []string{"in a goroutine", "inline"} {
		t.Run(how, func(t *testing.T) { testPanics(t, variable+"="+how) })
	}
}

func testPanics(t *testing.T, env string) {
	cmd := exec.Command(os.Args[0], "-test.run=^TestCallbackPanics$")
	cmd.Env = append(os.Environ(), env)
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, want := range []string{"out of order", "goetia.panicking(", "calls_test.go:", "registered at", "TestCallbackPanics", "readable"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("the output does not say %q:\n%s", want, out)
		}
	}
}

// TestInlineGoexit: an inline callback that ends the goroutine that calls it ends neither the
// Reactor nor the other callbacks.
func TestInlineGoexit(t *testing.T) {
	r := open(t)
	a, b := tcp(t)
	s := check[*Source](t)(r.RegisterConn(a))
	defer s.Close()
	c := newFired()
	exit := func(Readiness) { runtime.Goexit() }
	for _, f := range []func(Readiness){c.call, exit, c.call, exit, c.call} {
		check[*Watch](t)(s.Inline(Readable, f))
	}
	write(t, b, "x")
	for range 3 {
		c.wait(t)
	}
	passed(t, r)
	c.never(t)
}

//go:noinline
func panicking(Readiness) { panic(errors.New("out of order")) }
