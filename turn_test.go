package goetia

import (
	"context"
	"errors"
	"fmt"
	"net"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/goetia-go/goetia/poll"
)

func TestTurnTimeout(t *testing.T) {
	r := manual(t)
	for _, d := range []time.Duration{0, 1, time.Microsecond, time.Millisecond, 1500 * time.Microsecond, 17 * time.Millisecond} {
		began := time.Now()
		if n, err := r.Turn(d); n != 0 || err != nil {
			t.Errorf("Turn(%v) gives %d, %v", d, n, err)
		}
		if took := time.Since(began); took < d {
			t.Errorf("Turn(%v) has ended after %v", d, took)
		}
	}
	a, b := tcp(t)
	c := newFired()
	check[*Watch](t)(r.AfterReadable(a, c.call))
	write(t, b, "x")
	eventually(t, func() bool { return check[int](t)(r.Turn(0)) == 1 })
	c.wait(t)
	if n := check[int](t)(r.Turn(0)); n != 0 {
		t.Errorf("%d more have fired", n)
	}
}

// TestTurners: several turn one Reactor; each fire is counted by one of them.
func TestTurners(t *testing.T) {
	r := manual(t)
	var counted atomic.Int64
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for {
				n, err := r.Turn(-1)
				counted.Add(int64(n))
				if err != nil {
					if !errors.Is(err, poll.ErrClosed) {
						t.Error(err)
					}
					return
				}
			}
		})
	}
	const rounds = 50
	var others sync.WaitGroup
	for range 8 {
		a, b := tcp(t)
		others.Go(func() {
			for range rounds {
				c := newFired()
				check[*Watch](t)(r.AfterReadable(a, c.call))
				write(t, b, "x")
				c.wait(t)
				read(t, a, 1)
				called := make(chan struct{})
				r.AfterFunc(0, func() { close(called) })
				<-called
			}
		})
	}
	others.Wait()
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	wg.Wait()
	if n := counted.Load(); n != 2*8*rounds {
		t.Errorf("the turns say that %d have fired, and there were %d", n, 2*8*rounds)
	}
}

// TestNotify: it makes one Turn return, and not one more when something fires meanwhile.
func TestNotify(t *testing.T) {
	r := manual(t, WithSweep(time.Hour))
	turn := func(d time.Duration) int {
		t.Helper()
		return check[int](t)(r.Turn(d))
	}
	notify := func() {
		if err := r.Notify(); err != nil {
			t.Error(err)
		}
	}
	notify()
	turn(-1) // the next
	turned := make(chan int)
	go func() { n, _ := r.Turn(-1); turned <- n }()
	waitingIn(t, r, 1)
	notify()
	if n := <-turned; n != 0 { // that in progress
		t.Errorf("%d have fired", n)
	}
	// One that returns because something has fired is one that returns.
	a, b := tcp(t)
	c := newFired()
	w := check[*Watch](t)(r.AfterReadable(a, c.call))
	write(t, b, "x")
	eventually(t, func() bool { notify(); return turn(-1) == 1 })
	c.wait(t)
	w.Stop()
	for range 2 {
		go func() { n, _ := r.Turn(-1); turned <- n }()
		waitingIn(t, r, 1)
		r.AfterFunc(time.Millisecond, func() {})
		if n := <-turned; n != 1 {
			t.Errorf("Turn has returned %d without a cause", n)
		}
	}
}

// TestRun: each Run ends with its own context, and the others go on.
func TestRun(t *testing.T) {
	for _, shards := range []int{1, 3} {
		for _, runs := range []int{1, 2, 4} {
			t.Run(fmt.Sprintf("%d runs of %d shards", runs, shards), func(t *testing.T) {
				r := manual(t, WithShards(shards))
				ended := make([]chan error, runs)
				cancels := make([]context.CancelFunc, runs)
				for i := range runs {
					ended[i] = make(chan error, 1)
					ctx, cancel := context.WithCancel(t.Context())
					cancels[i] = cancel
					go func() { ended[i] <- r.Run(ctx) }()
				}
				for i := range r.shards {
					eventually(t, func() bool {
						r.shards[i].mu.Lock()
						defer r.shards[i].mu.Unlock()
						return r.shards[i].turners == runs
					})
				}
				for i := range runs {
					for range 2 * shards {
						passed(t, r)
					}
					cancels[i]()
					if err := <-ended[i]; !errors.Is(err, context.Canceled) {
						t.Errorf("Run gives %v", err)
					}
				}
				for _, sh := range r.shards {
					if n := sh.leaving.Load(); n != 0 {
						t.Errorf("%d are said to want to leave", n)
					}
				}
				ctx, cancel := context.WithCancel(t.Context())
				cancel()
				if err := r.Run(ctx); !errors.Is(err, context.Canceled) {
					t.Errorf("Run with a context that is done gives %v", err)
				}
				if _, err := r.Turn(0); errors.Is(err, poll.ErrUnsupported) != (shards > 1) {
					t.Errorf("Turn gives %v", err)
				}
			})
		}
	}
}

// TestRunFails: when one shard cannot be waited for any more, Run says so, and does not
// drive the others for ever.
func TestRunFails(t *testing.T) {
	broken := errors.New("broken")
	for i := range 3 {
		r := manual(t, WithShards(3))
		r.shards[i].p = &hooked{poller: r.shards[i].p, wait: func([]poll.Event, time.Duration) (int, error) { return 0, broken }}
		failed := make(chan error, 1)
		ctx, cancel := context.WithCancel(t.Context())
		go func() { failed <- r.Run(ctx) }()
		select {
		case err := <-failed:
			if !errors.Is(err, broken) || errors.Is(err, context.Canceled) {
				t.Errorf("Run gives %v", err)
			}
		case <-time.After(soon):
			t.Errorf("Run goes on without shard %d", i)
		}
		cancel()
	}
}

// TestRunGoexit: an inline callback that ends its goroutine ends Run if that is the caller's, and
// otherwise nothing; no other goroutine of Run's stays behind.
func TestRunGoexit(t *testing.T) {
	for at := range 2 {
		r := manual(t, WithShards(2))
		ctx, cancel := context.WithCancel(t.Context())
		var err error
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			err = r.Run(ctx)
		}()
		a, b, s := inShard(t, r, at)
		check[*Watch](t)(s.Inline(Readable, func(Readiness) { runtime.Goexit() }))
		write(t, b, "x")
		if at > 0 {
			eventually(t, func() bool { return r.Stats().Watches == 0 })
			c := newFired()
			check[*Watch](t)(r.AfterReadable(a, c.call))
			c.wait(t)
			cancel()
		}
		select {
		case <-ended:
		case <-time.After(soon):
			t.Fatal("Run goes on")
		}
		if at > 0 && !errors.Is(err, context.Canceled) {
			t.Errorf("Run gives %v", err)
		}
		for i, sh := range r.Snapshot(SnapshotOptions{}).Shards {
			if sh.Turning != 0 {
				t.Errorf("%d turn shard %d", sh.Turning, i)
			}
		}
		cancel()
	}
}

// inShard makes connections until one is registered in a certain shard.
func inShard(t *testing.T, r *Reactor, shard int) (near, far net.Conn, s *Source) {
	t.Helper()
	for range 100 {
		a, b := tcp(t)
		if s := check[*Source](t)(r.RegisterConn(a)); s.sh == r.shards[shard] {
			return a, b, s
		}
	}
	t.Fatalf("none is in shard %d", shard)
	return nil, nil, nil
}

// TestCloseWhileDriven: Turn and Run end with ErrClosed, whoever calls Close.
func TestCloseWhileDriven(t *testing.T) {
	for name, drive := range map[string]func(r *Reactor) error{
		"Turn": func(r *Reactor) (err error) {
			for err == nil {
				_, err = r.Turn(-1)
			}
			return err
		},
		"Run": func(r *Reactor) error { return r.Run(context.Background()) },
	} {
		t.Run(name, func(t *testing.T) {
			for _, inCallback := range []bool{false, true} {
				r := manual(t)
				ended := make(chan error)
				for range 3 {
					go func() { ended <- drive(r) }()
				}
				waitingIn(t, r, 3)
				if inCallback {
					r.AfterFunc(0, func() { _ = r.Close() })
				} else if err := r.Close(); err != nil {
					t.Error(err)
				}
				for range 3 {
					if err := <-ended; !errors.Is(err, poll.ErrClosed) {
						t.Errorf("it gives %v", err)
					}
				}
			}
		})
	}
}

// TestCloseTwice: whoever calls Close, nothing waits any more when it returns.
func TestCloseTwice(t *testing.T) {
	r := open(t, WithShards(2))
	_, _, s := inShard(t, r, 1)
	closing, free := make(chan struct{}), make(chan struct{})
	check[*Watch](t)(s.Inline(Readable, func(Readiness) { close(closing); <-free }))
	var all sync.WaitGroup
	for range 3 {
		all.Go(func() {
			if err := r.Close(); err != nil {
				t.Error(err)
			}
			select {
			case <-free:
			default:
				t.Error("one Close has returned while another one is calling back")
			}
		})
	}
	<-closing
	for range 1000 { // the others would have returned
		runtime.Gosched()
	}
	close(free)
	all.Wait()
}

// TestCloseGoexit: an inline callback that ends the goroutine of Close does not leave the rest open.
func TestCloseGoexit(t *testing.T) {
	r := open(t, WithShards(2))
	_, _, s := inShard(t, r, 0)
	check[*Watch](t)(s.Inline(Readable, func(Readiness) { runtime.Goexit() }))
	_, _, s = inShard(t, r, 1)
	c := newFired()
	check[*Watch](t)(s.AfterReadable(c.call))
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = r.Close()
		t.Error("the goroutine was not ended")
	}()
	<-ended
	if got := c.wait(t); got != Closed {
		t.Errorf("the other shard's watch fired with %v", got)
	}
	for i, sh := range r.Snapshot(SnapshotOptions{}).Shards {
		if sh.Turning != 0 {
			t.Errorf("%d turn shard %d", sh.Turning, i)
		}
	}
}

// TestCloseInCallback: the goroutine that drives does not wait for the callback that waits
// for it.
func TestCloseInCallback(t *testing.T) {
	for _, opts := range [][]Option{nil, {WithCallbackLimit(1)}, {WithShards(4)}} {
		r := open(t, opts...)
		a, b := tcp(t)
		closed := make(chan error)
		check[*Watch](t)(r.AfterReadable(a, func(Readiness) { closed <- r.Close() }))
		write(t, b, "x")
		if err := <-closed; err != nil {
			t.Error(err)
		}
	}
}
