package future

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// newPool makes a pool that is closed, and has ended, after the test.
func newPool(t *testing.T, opts PoolOptions) *Pool {
	p := NewPool(opts)
	t.Cleanup(func() {
		_ = p.Close()
		if err := p.Wait(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return p
}

func TestGo(t *testing.T) {
	t.Parallel()
	f := Go(func(ctx context.Context) (int, error) { return 7, ctx.Err() })
	if r := BlockOn(f); r.Value != 7 || r.Err != nil {
		t.Error(r)
	}
	if r := BlockOn(Go(func(context.Context) (int, error) { return 0, errBoo })); r.Err != errBoo {
		t.Error(r)
	}
	if DefaultPool().Stats().Max != 500 {
		t.Error(DefaultPool().Stats())
	}
}

func TestPoolIsBounded(t *testing.T) {
	t.Parallel()
	const limit, jobs = 3, 100
	p := newPool(t, PoolOptions{Max: limit})
	var running, most atomic.Int64
	fs := make([]Future[Result[int]], jobs)
	for i := range fs {
		fs[i] = GoIn(p, func(context.Context) (int, error) {
			n := running.Add(1)
			for {
				m := most.Load()
				if n <= m || most.CompareAndSwap(m, n) {
					break
				}
			}
			runtime.Gosched()
			running.Add(-1)
			return i, nil
		})
	}
	for i, f := range fs {
		if r := BlockOn(f); r.Value != i || r.Err != nil {
			t.Errorf("%d: %v", i, r)
		}
	}
	if err := p.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := PoolStats{Max: limit, Done: jobs}
	if got := p.Stats(); got != want || most.Load() > limit {
		t.Errorf("%+v, want %+v; %d at a time", got, want, most.Load())
	}
}

// With one place taken, what is queued can be seen, cancelled, and is then never called.
func TestPoolQueue(t *testing.T) {
	t.Parallel()
	p := newPool(t, PoolOptions{Max: 1})
	began, release := make(chan struct{}), make(chan struct{})
	first := GoIn(p, func(ctx context.Context) (int, error) {
		close(began)
		<-release
		return 1, ctx.Err()
	})
	<-began
	var order []int
	add := func(i int) Future[Result[int]] {
		return GoIn(p, func(context.Context) (int, error) { order = append(order, i); return i, nil })
	}
	a, b, c := add(1), add(2), add(3)
	w := mustPend(t, b)
	if s := p.Stats(); s.Running != 1 || s.Queued != 3 || s.Done != 0 {
		t.Errorf("%+v", s)
	}
	Cancel(b)
	Cancel(b)
	if s := p.Stats(); s.Queued != 2 {
		t.Errorf("%+v", s)
	}
	close(release)
	for i, f := range []Future[Result[int]]{first, a, c} {
		if r := BlockOn(f); r.Err != nil {
			t.Errorf("%d: %v", i, r)
		}
	}
	mustWake(t, w, 0)
	if len(order) != 2 || order[0] != 1 || order[1] != 3 {
		t.Errorf("called %v", order)
	}
	if r := mustBe(t, b); !errors.Is(r.Err, ErrCanceled) {
		t.Error(r)
	}
}

func TestGoCanceledWhileItRuns(t *testing.T) {
	t.Parallel()
	p := newPool(t, PoolOptions{})
	began, release := make(chan struct{}), make(chan struct{})
	f := GoIn(p, func(ctx context.Context) (int, error) {
		close(began)
		<-ctx.Done()
		<-release // a stubborn one
		return 1, nil
	})
	w := mustPend(t, f)
	<-began
	Cancel(f)
	if s := p.Stats(); s.Running != 1 {
		t.Errorf("the place was given away while it is taken: %+v", s)
	}
	close(release)
	if err := p.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	mustWake(t, w, 0)
	if s := p.Stats(); s.Running != 0 || s.Done != 1 {
		t.Errorf("%+v", s)
	}
}

// It was cancelled after it had been taken from the queue and before it was called.
func TestGoCanceledAtTheLastMoment(t *testing.T) {
	t.Parallel()
	j := &job[int]{f: func(context.Context) (int, error) { t.Error("called"); return 0, nil }, cancel: func() {}}
	j.state.Store(jobCanceled)
	if (*jobWork[int])(j).run() {
		t.Error("panicked")
	}
}

func TestGoPanics(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]func(context.Context) (int, error){
		"boo":            func(context.Context) (int, error) { panic(errBoo) },
		"runtime.Goexit": func(context.Context) (int, error) { runtime.Goexit(); return 0, nil },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPool(t, PoolOptions{Max: 1})
			task := GoIn(p, f)
			after := GoIn(p, func(context.Context) (int, error) { return 7, nil })
			func() {
				defer func() {
					e, ok := recover().(*PanicError)
					if !ok || !strings.Contains(e.Error(), name) || len(e.Stack) == 0 {
						t.Errorf("recovered %v", e)
					}
				}()
				BlockOn(task)
			}()
			if r := BlockOn(after); r.Value != 7 {
				t.Errorf("the next one: %v", r)
			}
			if err := p.Wait(t.Context()); err != nil {
				t.Fatal(err)
			}
			if s := p.Stats(); s.Panics != 1 || s.Done != 2 || s.Running != 0 {
				t.Errorf("%+v", s)
			}
		})
	}
}

func TestPoolClose(t *testing.T) {
	t.Parallel()
	p := NewPool(PoolOptions{Max: 1})
	running := GoIn(p, func(ctx context.Context) (int, error) {
		<-ctx.Done()
		return 0, ctx.Err()
	})
	queued := GoIn(p, func(context.Context) (int, error) { t.Error("called"); return 0, nil })
	w := mustPend(t, queued)
	for range 2 {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	}
	mustWake(t, w, 1)
	if r := mustBe(t, queued); !errors.Is(r.Err, ErrPoolClosed) {
		t.Error(r)
	}
	if r := BlockOn(running); !errors.Is(r.Err, context.Canceled) {
		t.Error(r)
	}
	if r := BlockOn(GoIn(p, func(context.Context) (int, error) { t.Error("called"); return 0, nil })); !errors.Is(r.Err, ErrPoolClosed) {
		t.Error(r)
	}
	if err := p.Wait(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestPoolKeepsIdleGoroutines(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := NewPool(PoolOptions{Max: 4, IdleTimeout: time.Minute})
		nothing := func(context.Context) (int, error) { time.Sleep(time.Second); return 0, nil }
		fs := []Future[Result[int]]{GoIn(p, nothing), GoIn(p, nothing), GoIn(p, nothing)}
		for _, f := range fs {
			BlockOn(f)
		}
		synctest.Wait()
		if s := p.Stats(); s.Idle != 3 || s.Running != 0 {
			t.Errorf("%+v", s)
		}
		time.Sleep(30 * time.Second)
		BlockOn(GoIn(p, nothing))
		synctest.Wait()
		if s := p.Stats(); s.Idle != 3 {
			t.Errorf("one of them was not used again: %+v", s)
		}
		time.Sleep(35 * time.Second)
		synctest.Wait()
		if s := p.Stats(); s.Idle != 1 {
			t.Errorf("two had nothing to do for a minute: %+v", s)
		}
		_ = p.Close() // the last one ends, or the test would not
		if s := p.Stats(); s.Idle != 0 || s.Done != 4 {
			t.Errorf("%+v", s)
		}
	})
}

// Functions, cancellations and a Close at the same time: every future comes to something, and
// nothing is left.
func TestPoolRaces(t *testing.T) {
	t.Parallel()
	for round := range 20 {
		p := NewPool(PoolOptions{Max: 1 + round%4, IdleTimeout: time.Duration(round%3) * time.Microsecond})
		var wg sync.WaitGroup
		for g := range 4 {
			wg.Go(func() {
				for i := range 50 {
					f := GoIn(p, func(context.Context) (int, error) { return i, nil })
					if (i+g)%3 == 0 {
						Cancel(f)
						continue
					}
					if r := BlockOn(f); r.Err == nil && r.Value != i || r.Err != nil && !errors.Is(r.Err, ErrPoolClosed) {
						t.Errorf("%d: %v", i, r)
					}
				}
			})
		}
		if round%2 == 0 {
			wg.Go(func() { _ = p.Close() })
		}
		wg.Wait()
		if err := p.Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
		if s := p.Stats(); s.Running != 0 || s.Queued != 0 || p.running.first != nil {
			t.Fatalf("%+v", s)
		}
		_ = p.Close()
	}
}

func TestNewPoolChecksItsOptions(t *testing.T) {
	t.Parallel()
	for _, opts := range []PoolOptions{{Max: -1}, {IdleTimeout: -1}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%+v: no panic", opts)
				}
			}()
			NewPool(opts)
		}()
	}
}
