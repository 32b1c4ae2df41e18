package coro_test

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/goetia-go/goetia/coro"
	"github.com/goetia-go/goetia/future"
)

// hand is a future that a test makes ready.
type hand struct {
	future.Slot
	ready    bool
	polls    int
	canceled int
}

func (h *hand) Poll(cx *future.Context) (int, bool) {
	h.polls++
	h.Register(cx.Waker())
	return 7, h.ready
}

func (h *hand) Cancel() {
	h.Clear()
	h.canceled++
}

func (h *hand) give() {
	h.ready = true
	h.Wake()
}

// idle polls until nothing is ready.
func idle(l *future.Local) {
	for l.TryTick() {
	}
}

// caught returns what f panics with.
func caught(f func()) (v any) {
	defer func() { v = recover() }()
	f()
	return nil
}

func TestAwait(t *testing.T) {
	t.Parallel()
	var l future.Local
	var h hand
	task := coro.SpawnFunc(&l, func(co *coro.Co) int {
		return coro.Await(co, future.Ready(1)) + coro.Await(co, &h)
	})
	idle(&l)
	if task.Finished() || h.polls != 1 {
		t.Fatalf("it did not wait: polled %d times", h.polls)
	}
	h.Wake()
	idle(&l)
	h.give()
	idle(&l)
	if r, ok := task.Result(); !ok || r.Value != 8 || h.polls != 3 {
		t.Errorf("%v, %t, after %d polls", r, ok, h.polls)
	}
}

func TestCancelUnwinds(t *testing.T) {
	t.Parallel()
	var l future.Local
	var h, late hand
	var did []string
	task := coro.Spawn(&l, func(co *coro.Co) {
		defer func() { did = append(did, "outer") }()
		defer func() {
			did = append(did, "awaits")
			coro.Await(co, &late)
			did = append(did, "has awaited")
		}()
		defer func() {
			if v := recover(); v != nil {
				t.Errorf("recovered %v", v)
			}
			did = append(did, "inner")
		}()
		coro.Await(co, &h)
		did = append(did, "went on")
	})
	idle(&l)
	task.Cancel()
	if err := l.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if want := []string{"inner", "awaits", "outer"}; !slices.Equal(did, want) {
		t.Errorf("did %v, want %v", did, want)
	}
	if h.canceled != 1 || late.canceled != 1 || late.polls != 0 {
		t.Errorf("cancelled %d and %d times, polled late %d times", h.canceled, late.canceled, late.polls)
	}
	if r, ok := task.Result(); !ok || !errors.Is(r.Err, future.ErrCanceled) {
		t.Errorf("%v, %t", r, ok)
	}
}

// TestRecoverDoesNotSaveFromCancel: a loop that recovers from all panics is unwound like any other.
func TestRecoverDoesNotSaveFromCancel(t *testing.T) {
	t.Parallel()
	f := coro.New(func(co *coro.Co) int {
		for {
			func() {
				defer func() { _ = recover() }()
				coro.Await(co, future.Pending[int]())
			}()
		}
	})
	if _, ready := f.Poll(future.NewContext(future.WakerFunc(func() {}))); ready {
		t.Fatal("it is ready")
	}
	future.Cancel(f)
	future.Cancel(f)
}

func TestCancelBeforeItBegins(t *testing.T) {
	t.Parallel()
	f := coro.New(func(*coro.Co) int { t.Error("it ran"); return 0 })
	future.Cancel(f)
}

func TestCancelAwaitingYieldAndEach(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]func(co *coro.Co){
		"Yield": func(co *coro.Co) { co.Yield() },
		"Each": func(co *coro.Co) {
			for range coro.Each(co, future.Interval(time.Hour, future.Burst)) {
				t.Error("an item")
			}
		},
		"Sleep": func(co *coro.Co) { co.Sleep(time.Hour) },
		"all three in defers": func(co *coro.Co) {
			defer co.Yield()
			defer co.Sleep(time.Hour)
			defer func() {
				for range coro.Each(co, future.Interval(time.Hour, future.Burst)) {
					t.Error("an item")
				}
			}()
			co.Sleep(time.Hour)
		},
	} {
		f := coro.New(func(co *coro.Co) int { body(co); t.Errorf("%s: it went on", name); return 0 })
		f.Poll(future.NewContext(future.WakerFunc(func() {})))
		future.Cancel(f)
	}
}

func TestPanic(t *testing.T) {
	t.Parallel()
	var l future.Local
	task := coro.Spawn(&l, func(co *coro.Co) {
		co.Yield()
		thrower()
	})
	v := caught(func() { _, _ = future.RunUntil[future.Result[struct{}]](t.Context(), &l, task) })
	p, ok := v.(*future.PanicError)
	if !ok || !strings.Contains(string(p.Stack), "thrower") {
		t.Errorf("%v", v)
	}
	if p.Value != "boo" {
		t.Errorf("%v", p.Value)
	}
}

func thrower() { panic("boo") }

func TestPanicWhileUnwinding(t *testing.T) {
	t.Parallel()
	f := coro.New(func(co *coro.Co) int {
		defer thrower()
		return coro.Await(co, future.Pending[int]())
	})
	f.Poll(future.NewContext(future.WakerFunc(func() {})))
	if p, ok := caught(func() { future.Cancel(f) }).(*future.PanicError); !ok || p.Value != "boo" {
		t.Errorf("%v", p)
	}
}

// TestAwaitWhilePanicking: a deferred function may wait while the coroutine panics, and the panic goes on.
func TestAwaitWhilePanicking(t *testing.T) {
	t.Parallel()
	var h hand
	f := coro.New(func(co *coro.Co) int {
		defer coro.Await(co, &h)
		panic("boo")
	})
	cx := future.NewContext(future.WakerFunc(func() {}))
	if _, ready := f.Poll(cx); ready {
		t.Fatal("it is ready")
	}
	h.give()
	if p, ok := caught(func() { f.Poll(cx) }).(*future.PanicError); !ok || p.Value != "boo" {
		t.Errorf("%v", p)
	}
}

// TestGoexit: runtime.Goexit ends whoever polls, and the task.
func TestGoexit(t *testing.T) {
	t.Parallel()
	var l future.Local
	task := coro.Spawn(&l, func(*coro.Co) { runtime.Goexit() })
	over := make(chan struct{})
	went := true
	go func() {
		defer close(over)
		_ = l.Run(context.Background())
		went = false
	}()
	<-over
	if !went || !task.Finished() {
		t.Errorf("Run returned: %t, the task has ended: %t", !went, task.Finished())
	}
}

func TestMisuse(t *testing.T) {
	t.Parallel()
	cx := future.NewContext(future.WakerFunc(func() {}))
	var escaped *coro.Co
	f := coro.New(func(co *coro.Co) int {
		escaped = co
		co.Yield()
		nested := coro.New(func(*coro.Co) int { return coro.Await(co, future.Ready(1)) })
		if p, ok := caught(func() { coro.Await(co, nested) }).(*future.PanicError); !ok || !strings.Contains(p.Error(), "the same coroutine awaits") {
			t.Errorf("inside another coroutine: %v", p)
		}
		return coro.Await(co, future.Ready(5)) // and it is as good as before
	})
	f.Poll(cx)
	wants := func(what string, v any) {
		t.Helper()
		if text, ok := v.(string); !ok || !strings.Contains(text, what) {
			t.Errorf("%q instead of %q", v, what)
		}
	}
	wants("outside its coroutine", caught(func() { coro.Await(escaped, future.Ready(1)) }))
	wants("outside its coroutine", caught(escaped.Yield))
	wants("outside its coroutine", caught(func() { escaped.Context() }))
	wants("outside its coroutine", caught(func() {
		for range coro.Each(escaped, future.StreamOf(1)) {
			t.Error("an item")
		}
	}))
	if v, ready := f.Poll(cx); v != 5 || !ready {
		t.Errorf("%d, %t", v, ready)
	}
	wants("after its coroutine has ended", caught(func() { coro.Await(escaped, future.Ready(1)) }))
	wants("has ended is polled", caught(func() { f.Poll(cx) }))

	var self future.Future[int]
	self = coro.New(func(co *coro.Co) int {
		wants("while it runs", caught(func() { self.Poll(co.Context()) }))
		wants("while it runs", caught(func() { future.Cancel(self) }))
		return 1
	})
	if _, ready := self.Poll(cx); !ready {
		t.Error("it waits")
	}
	wants("nil function", caught(func() { coro.New[int](nil) }))
}

func TestEach(t *testing.T) {
	t.Parallel()
	var l future.Local
	var got []int
	coro.Spawn(&l, func(co *coro.Co) {
		for v := range coro.Each(co, future.StreamOf(1, 2, 3)) {
			got = append(got, v)
			co.Yield()
		}
		for v := range coro.Each(co, future.StreamOf(4, 5, 6)) {
			got = append(got, v)
			break
		}
	})
	if err := l.Run(t.Context()); err != nil || !slices.Equal(got, []int{1, 2, 3, 4}) {
		t.Errorf("%v, %v", err, got)
	}
}

func TestSleepGoesByTheClock(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var l future.Local
		began := time.Now()
		var order []int
		for _, hours := range []int{3, 1, 2} {
			coro.Spawn(&l, func(co *coro.Co) {
				co.Sleep(time.Duration(hours) * time.Hour)
				order = append(order, hours)
				if co.Clock().Now().Sub(began) != time.Duration(hours)*time.Hour {
					t.Errorf("woke after %v", time.Since(began))
				}
			})
		}
		if err := l.Run(t.Context()); err != nil || !slices.Equal(order, []int{1, 2, 3}) {
			t.Errorf("%v, %v", err, order)
		}
	})
}

// TestCloseEndsCoroutines: those that wait are unwound; goleak sees whether some are left.
func TestCloseEndsCoroutines(t *testing.T) {
	t.Parallel()
	var l future.Local
	ended := 0
	for range 100 {
		coro.Spawn(&l, func(co *coro.Co) {
			defer func() { ended++ }()
			coro.Await(co, future.Pending[int]())
		})
	}
	idle(&l)
	if err := l.Close(); err != nil || ended != 100 {
		t.Errorf("%v, %d were unwound", err, ended)
	}
}

// TestCoroutineMoves: a coroutine may be polled by one goroutine and then by another.
func TestCoroutineMoves(t *testing.T) {
	t.Parallel()
	f := coro.New(func(co *coro.Co) int { co.Yield(); co.Yield(); return 3 })
	for i := range 3 {
		done := make(chan struct{})
		go func() {
			defer close(done)
			if _, ready := f.Poll(future.NewContext(future.WakerFunc(func() {}))); ready != (i == 2) {
				t.Errorf("poll %d: %t", i, ready)
			}
		}()
		<-done
	}
}

// TestLockedThread: a coroutine that is polled and cancelled on one locked thread is as good as others.
func TestLockedThread(t *testing.T) {
	t.Parallel()
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		var l future.Local
		coro.Spawn(&l, func(co *coro.Co) { co.Yield() })
		coro.Spawn(&l, func(co *coro.Co) { coro.Await(co, future.Pending[int]()) })
		idle(&l)
		_ = l.Close()
	}()
	<-done
}

func TestAwaitAllocatesNothing(t *testing.T) {
	var l future.Local
	defer l.Close()
	var h hand
	coro.Spawn(&l, func(co *coro.Co) {
		for {
			coro.Await(co, &h)
			h.ready = false
		}
	})
	idle(&l)
	if n := testing.AllocsPerRun(100, func() {
		h.give()
		idle(&l)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// TestAwaitPanicCancels: what a future that panics holds besides was left where it was.
func TestAwaitPanicCancels(t *testing.T) {
	t.Parallel()
	var e future.Event
	boo := future.PollFunc[struct{}](func(*future.Context) (struct{}, bool) { panic("boo") })
	var l future.Local
	defer l.Close()
	recovered := future.Spawn(&l, coro.New(func(co *coro.Co) (v any) {
		defer func() { v = recover() }()
		coro.Await(co, future.Join2[struct{}, struct{}](e.Listen(), boo))
		return nil
	}))
	if err := l.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if r, _ := recovered.Result(); r.Value != "boo" {
		t.Errorf("recovered %v", r.Value)
	}
	if n := e.Listeners(); n != 0 {
		t.Errorf("%d still listen", n)
	}
}
