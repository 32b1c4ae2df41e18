package future

import (
	"context"
	"errors"
	"runtime"
	"testing"
)

// panicOf is what do has panicked with.
func panicOf(do func()) (v any) {
	defer func() { v = recover() }()
	do()
	return nil
}

// TestLocalCloseGoesOnAfterAPanic: the panic of one task's Cancel left the tasks after it as they were.
func TestLocalCloseGoesOnAfterAPanic(t *testing.T) {
	t.Parallel()
	for name, closing := range map[string]func(t *testing.T, l *Local){
		"by who closes": func(_ *testing.T, l *Local) { _ = l.Close() },
		"by who drives": func(t *testing.T, l *Local) {
			Spawn(l, PollFunc[int](func(*Context) (int, bool) { _ = l.Close(); return 0, true }))
			t.Errorf("Run returned %v", l.Run(context.Background()))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var l Local
			var before, after hand
			Spawn[struct{}](&l, &before)
			bad := Spawn[int](&l, &badCancel{})
			Spawn[int](&l, &badCancel{})
			Spawn[struct{}](&l, &after)
			if p, ok := panicOf(func() { closing(t, &l) }).(*PanicError); !ok || p.Value != "boo" {
				t.Errorf("panicked with %v", p)
			}
			if before.canceled != 1 || after.canceled != 1 || !l.IsEmpty() {
				t.Errorf("cancelled %d and %d times; %d left", before.canceled, after.canceled, l.Len())
			}
			if !bad.Finished() {
				t.Error("the one that has panicked goes on")
			}
			if v := panicOf(func() { _ = l.Close() }); v != nil {
				t.Errorf("and the second Close panics with %v", v)
			}
		})
	}
}

// TestLocalCloseGoesOnAfterGoexit: that of one task's Cancel, too.
func TestLocalCloseGoesOnAfterGoexit(t *testing.T) {
	t.Parallel()
	var l Local
	var after hand
	Spawn[int](&l, exitingCancel{})
	Spawn[struct{}](&l, &after)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = l.Close()
	}()
	<-ended
	if after.canceled != 1 || !l.IsEmpty() {
		t.Errorf("cancelled %d times; %d left", after.canceled, l.Len())
	}
}

type exitingCancel struct{}

func (exitingCancel) Poll(*Context) (int, bool) { return 0, false }
func (exitingCancel) Cancel()                   { runtime.Goexit() }

// TestSpawnManyOnAClosedLocal: the panic of one Cancel left that task without an end and the others as
// they were.
func TestSpawnManyOnAClosedLocal(t *testing.T) {
	t.Parallel()
	var l Local
	_ = l.Close()
	var before, after hand
	none := func(f Future[struct{}]) Future[int] { return Map(f, func(struct{}) int { return 0 }) }
	p, ok := panicOf(func() { SpawnMany(&l, none(&before), &badCancel{}, none(&after)) }).(*PanicError)
	if !ok || p.Value != "boo" {
		t.Errorf("panicked with %v", p)
	}
	if before.canceled != 1 || after.canceled != 1 || !l.IsEmpty() {
		t.Errorf("cancelled %d and %d times; %d left", before.canceled, after.canceled, l.Len())
	}
}

// TestSlowPollPanic: a panic of OnSlowPoll ended the task a second time, or one that had not ended.
func TestSlowPollPanic(t *testing.T) {
	t.Parallel()
	complain := true
	l := NewLocal(LocalOptions{OnSlowPoll: func(s SlowPoll) {
		if complain {
			panic("slow " + s.Task)
		}
	}})
	var h hand
	quick := SpawnWith(l, TaskOptions{Name: "quick"}, Ready(7))
	long := SpawnWith[struct{}](l, TaskOptions{Name: "long"}, &h)
	dropped := SpawnWith[struct{}](l, TaskOptions{Name: "dropped"}, Pending[struct{}]())
	dropped.Cancel()
	for _, want := range []string{"slow quick", "slow long", "slow dropped"} {
		if v := panicOf(func() { l.TryTick() }); v != want {
			t.Errorf("panicked with %v, want %q", v, want)
		}
	}
	if r, ok := quick.Result(); !ok || r.Value != 7 || r.Err != nil {
		t.Errorf("the task that was ready: %v, %t", r, ok)
	}
	if r, ok := dropped.Result(); !ok || !errors.Is(r.Err, ErrCanceled) {
		t.Errorf("the task that was cancelled: %v, %t", r, ok)
	}
	if long.Finished() || l.Len() != 1 || h.canceled != 0 {
		t.Errorf("the task that goes on: ended %t, %d left, cancelled %d times", long.Finished(), l.Len(), h.canceled)
	}
	complain = false
	h.give()
	if err := l.Run(t.Context()); err != nil || !long.Finished() {
		t.Errorf("%v, ended %t", err, long.Finished())
	}
	if v, err := RunUntil(t.Context(), l, Ready(3)); v != 3 || err != nil {
		t.Errorf("after that: %d, %v", v, err)
	}
}
