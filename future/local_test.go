package future

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// hand is a future that somebody else makes ready.
type hand struct {
	Slot
	mu       sync.Mutex
	ready    bool
	canceled int
	polls    int
}

func (h *hand) Poll(cx *Context) (struct{}, bool) {
	h.Register(cx.Waker())
	h.mu.Lock()
	defer h.mu.Unlock()
	h.polls++
	return struct{}{}, h.ready
}

func (h *hand) Cancel() {
	h.Clear()
	h.mu.Lock()
	defer h.mu.Unlock()
	h.canceled++
}

func (h *hand) give() {
	h.mu.Lock()
	h.ready = true
	h.mu.Unlock()
	h.Wake()
}

func TestLocalRunsInOrder(t *testing.T) {
	t.Parallel()
	var l Local
	var got []int
	for i := range 5 {
		Spawn(&l, PollFunc[int](func(*Context) (int, bool) {
			got = append(got, i)
			return i, true
		}))
	}
	if l.Len() != 5 || l.IsEmpty() {
		t.Errorf("%d tasks, empty: %t", l.Len(), l.IsEmpty())
	}
	if err := l.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got, []int{0, 1, 2, 3, 4}) || !l.IsEmpty() {
		t.Errorf("ran %v, empty: %t", got, l.IsEmpty())
	}
}

func TestLocalWokenFromElsewhere(t *testing.T) {
	t.Parallel()
	var l Local
	const n = 100
	hands := make([]hand, n)
	tasks := make([]*Task[struct{}], n)
	for i := range hands {
		tasks[i] = Spawn[struct{}](&l, &hands[i])
	}
	go func() {
		for i := range hands {
			hands[i].give()
		}
	}()
	if err := l.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	for i, task := range tasks {
		if r, ok := task.Result(); !ok || r.Err != nil {
			t.Errorf("task %d: %v, %t", i, r, ok)
		}
	}
}

func TestRunUntil(t *testing.T) {
	t.Parallel()
	var l Local
	defer l.Close()
	Spawn(&l, Pending[int]())
	child := Spawn(&l, PollFunc[int](func(*Context) (int, bool) { return 7, true }))
	v, err := RunUntil[Result[int]](t.Context(), &l, child)
	if err != nil || v.Value != 7 {
		t.Errorf("%v, %v", v, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := RunUntil(ctx, &l, Pending[int]()); !errors.Is(err, context.Canceled) {
		t.Errorf("with a context that is done: %v", err)
	}
}

func TestTaskCancel(t *testing.T) {
	t.Parallel()
	var l Local
	var h hand
	task := Spawn[struct{}](&l, &h)
	awaited := Spawn[Result[struct{}]](&l, task)
	for l.TryTick() {
	}
	task.Cancel()
	task.Cancel()
	h.give()
	if err := l.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	r, ok := awaited.Result()
	if !ok || !errors.Is(r.Value.Err, ErrCanceled) || !errors.Is(r.Value.Err, context.Canceled) {
		t.Errorf("%v, %t", r, ok)
	}
	if h.canceled != 1 {
		t.Errorf("the future was cancelled %d times", h.canceled)
	}
}

func TestTaskPanicGoesToWhoAwaits(t *testing.T) {
	t.Parallel()
	l := NewLocal(LocalOptions{Sites: true})
	task := SpawnWith(l, TaskOptions{Name: "thrower"}, PollFunc[int](func(*Context) (int, bool) { panic("boo") }))
	defer func() {
		p, ok := recover().(*PanicError)
		if !ok || p.Value != "boo" || p.Task != "thrower" || !strings.Contains(p.Site, "local_test.go") {
			t.Errorf("recovered %v", p)
		}
	}()
	_, err := RunUntil[Result[int]](t.Context(), l, task)
	t.Errorf("returned %v", err)
}

// TestTryTickPanic: a task that has panicked was polled.
func TestTryTickPanic(t *testing.T) {
	t.Parallel()
	var l Local
	task := Spawn(&l, PollFunc[int](func(*Context) (int, bool) { panic("boo") }))
	done := task.Done() // somebody who is told
	if !l.TryTick() {
		t.Error("nothing was polled")
	}
	<-done
}

func TestTaskPanicGoesOutOfRun(t *testing.T) {
	t.Parallel()
	var l Local
	Spawn(&l, PollFunc[int](func(*Context) (int, bool) { panic("boo") }))
	other := Spawn(&l, Ready(1))
	func() {
		defer func() {
			if p, ok := recover().(*PanicError); !ok || p.Value != "boo" {
				t.Errorf("recovered %v", p)
			}
		}()
		_ = l.Run(t.Context())
	}()
	// The others have not suffered.
	if err := l.Run(t.Context()); err != nil || !other.Finished() {
		t.Errorf("%v, finished: %t", err, other.Finished())
	}
}

func TestTaskGoexit(t *testing.T) {
	t.Parallel()
	var l Local
	task := Spawn(&l, PollFunc[int](func(*Context) (int, bool) { runtime.Goexit(); return 0, true }))
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = l.Run(t.Context())
	}()
	<-ended
	if !task.Finished() || !l.IsEmpty() {
		t.Errorf("finished: %t, empty: %t", task.Finished(), l.IsEmpty())
	}
}

func TestLocalClose(t *testing.T) {
	t.Parallel()
	var l Local
	var h hand
	task := Spawn[struct{}](&l, &h)
	l.TryTick()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	late := Spawn(&l, Pending[int]())
	for _, ended := range []interface{ Finished() bool }{task, late} {
		if !ended.Finished() {
			t.Error("a task of a closed Local goes on")
		}
	}
	if h.canceled != 1 {
		t.Errorf("cancelled %d times", h.canceled)
	}
	if err := l.Run(t.Context()); err != nil {
		t.Errorf("Run with nothing to do: %v", err)
	}
}

func TestLocalCloseWhileDriven(t *testing.T) {
	t.Parallel()
	var l Local
	var h hand
	Spawn[struct{}](&l, &h)
	started := make(chan struct{})
	Spawn(&l, PollFunc[int](func(*Context) (int, bool) { close(started); return 0, true }))
	ended := make(chan error)
	go func() { ended <- l.Run(context.Background()) }()
	<-started
	_ = l.Close()
	if err := <-ended; !errors.Is(err, ErrClosed) {
		t.Error(err)
	}
	if h.canceled != 1 || !l.IsEmpty() {
		t.Errorf("cancelled %d times, empty: %t", h.canceled, l.IsEmpty())
	}
}

func TestLocalPriorities(t *testing.T) {
	t.Parallel()
	var l Local
	var got []Priority
	for _, p := range []Priority{Low, Normal, High} {
		SpawnWith(&l, TaskOptions{Priority: p}, PollFunc[int](func(*Context) (int, bool) {
			got = append(got, p)
			return 0, true
		}))
	}
	_ = l.Run(t.Context())
	if !slices.Equal(got, []Priority{High, Normal, Low}) {
		t.Errorf("ran %v", got)
	}
}

// TestLocalLowIsNotStarved: a task that is always ready leaves something for a lower one.
func TestLocalLowIsNotStarved(t *testing.T) {
	t.Parallel()
	var l Local
	low := false
	SpawnWith(&l, TaskOptions{Priority: High}, PollFunc[int](func(cx *Context) (int, bool) {
		cx.Waker().Wake()
		return 0, low
	}))
	SpawnWith(&l, TaskOptions{Priority: Low}, PollFunc[int](func(*Context) (int, bool) {
		low = true
		return 0, true
	}))
	if err := l.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestLocalSeeded(t *testing.T) {
	t.Parallel()
	order := func(seed uint64) (got []int) {
		l := NewLocal(LocalOptions{Seed: seed})
		for i := range 20 {
			Spawn(l, PollFunc[int](func(*Context) (int, bool) { got = append(got, i); return 0, true }))
		}
		_ = l.Run(t.Context())
		return got
	}
	if !slices.Equal(order(1), order(1)) {
		t.Error("the same seed gives another order")
	}
	if slices.Equal(order(1), order(2)) {
		t.Error("another seed gives the same order")
	}
}

func TestLocalDrivenTwice(t *testing.T) {
	t.Parallel()
	var l Local
	task := Spawn(&l, PollFunc[bool](func(*Context) (v bool, ready bool) {
		defer func() { v, ready = recover() != nil, true }()
		l.TryTick()
		return false, true
	}))
	_ = l.Run(t.Context())
	if r, ok := task.Result(); !ok || !r.Value {
		t.Error("a task could drive its own Local")
	}
}

func TestLocalAsFuture(t *testing.T) {
	t.Parallel()
	var outer, inner Local
	var h hand
	in := Spawn[struct{}](&inner, &h)
	Spawn[struct{}](&outer, &inner)
	for outer.TryTick() {
	}
	if in.Finished() || outer.IsEmpty() {
		t.Fatal("it is ready too soon")
	}
	go h.give()
	if err := outer.Run(t.Context()); err != nil || !in.Finished() {
		t.Errorf("%v, finished: %t", err, in.Finished())
	}
}

// TestBudget: a future that never has to wait gives way to others all the same.
func TestBudget(t *testing.T) {
	t.Parallel()
	l := NewLocal(LocalOptions{Budget: 10})
	steps, most := 0, 0
	Spawn(l, PollFunc[int](func(cx *Context) (int, bool) {
		for n := 0; ; n++ {
			if steps == 95 {
				return 0, true
			}
			if !cx.Spend() {
				most = max(most, n)
				return 0, false
			}
			steps++
		}
	}))
	if err := l.Run(t.Context()); err != nil || most != 10 {
		t.Errorf("%v, %d steps in one poll", err, most)
	}
}

func TestWakeAllocatesNothing(t *testing.T) {
	var l Local
	defer l.Close()
	var h hand
	Spawn[struct{}](&l, &h)
	l.TryTick()
	if n := testing.AllocsPerRun(100, func() {
		h.Wake()
		l.TryTick()
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestBlockOnAndAwait(t *testing.T) {
	t.Parallel()
	var h hand
	go h.give()
	BlockOn[struct{}](&h)
	var never hand
	ctx, cancel := context.WithCancel(t.Context())
	go cancel()
	if _, err := Await[struct{}](ctx, &never); !errors.Is(err, context.Canceled) || never.canceled != 1 {
		t.Errorf("%v, cancelled %d times", err, never.canceled)
	}
	if v, err := Await(t.Context(), Ready(3)); v != 3 || err != nil {
		t.Errorf("%v, %v", v, err)
	}
}

// TestDoneOfEndedTask: Done that is first called while the task ends does not close its channel twice.
func TestDoneOfEndedTask(t *testing.T) {
	t.Parallel()
	for range 1000 {
		var l Local
		task := Spawn(&l, Ready(1))
		task.ID() // so that there is something to close
		waited := make(chan struct{})
		go func() {
			defer close(waited)
			for !task.Finished() {
				runtime.Gosched()
			}
			<-task.Done()
		}()
		if err := l.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		<-waited
	}
}

// TestCloseWhileRunBegins: Close cancels the tasks, or Run does, and nobody panics.
func TestCloseWhileRunBegins(t *testing.T) {
	t.Parallel()
	for range 1000 {
		var l Local
		task := Spawn(&l, Pending[int]())
		ended := make(chan error)
		go func() { ended <- l.Run(context.Background()) }()
		_ = l.Close()
		if err := <-ended; err != nil && !errors.Is(err, ErrClosed) {
			t.Fatal(err)
		}
		<-task.Done()
	}
}

func TestSlowPoll(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var slow []SlowPoll
		l := NewLocal(LocalOptions{SlowPoll: time.Second, OnSlowPoll: func(s SlowPoll) { slow = append(slow, s) }})
		for name, d := range map[string]time.Duration{"quick": time.Second - 1, "slow": time.Second} {
			SpawnWith(l, TaskOptions{Name: name}, PollFunc[int](func(*Context) (int, bool) { time.Sleep(d); return 0, true }))
		}
		if err := l.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		if want := []SlowPoll{{Task: "slow", Took: time.Second}}; !slices.Equal(slow, want) {
			t.Errorf("reported %v", slow)
		}
	})
}
