package future

import (
	"context"
	"errors"
	"sync"
	"testing"
)

func TestTracker(t *testing.T) {
	t.Parallel()
	var tr Tracker
	var h hand
	f := Track[struct{}](&tr, &h)
	canceled := Track(&tr, Pending[int]())
	panics := Track(&tr, PollFunc[int](func(*Context) (int, bool) { panic(errBoo) }))
	never := Track(&tr, Pending[int]())
	if tr.Len() != 4 || tr.Closed() {
		t.Error(tr.Len(), tr.Closed())
	}
	wait := tr.Wait()
	w := mustPend(t, wait)
	mustPend(t, f)
	tr.Close()
	tr.Close()
	if !tr.Closed() {
		t.Error("not closed")
	}
	Cancel(canceled)
	Cancel(canceled)
	Cancel(never)
	func() {
		defer func() { _ = recover() }()
		pollOnce(panics)
	}()
	Cancel(panics)
	if tr.Len() != 1 {
		t.Errorf("%d left", tr.Len())
	}
	mustWake(t, w, 0)
	h.give()
	mustBe(t, f)
	mustWake(t, w, 1)
	tr.Add()
	w = mustPend(t, wait)
	tr.Done()
	mustWake(t, w, 1)
	mustBe(t, wait)
	if tr.ended.Listeners() != 0 || tr.ended.notified != 0 {
		t.Error("somebody listens still")
	}
	defer func() {
		if recover() == nil {
			t.Error("Done without Add does not panic")
		}
	}()
	tr.Done()
}

func TestTrackerWaitContext(t *testing.T) {
	t.Parallel()
	var tr Tracker
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := tr.WaitContext(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("an open one: %v", err)
	}
	var wg sync.WaitGroup
	for range 4 {
		tr.Add()
		wg.Go(tr.Done)
	}
	wg.Go(tr.Close)
	if err := tr.WaitContext(t.Context()); err != nil {
		t.Error(err)
	}
	wg.Wait()
	if tr.ended.Listeners() != 0 {
		t.Error("somebody listens still")
	}
}
