package future

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
)

var errBoo = errors.New("boo")

func TestCancelTokenTree(t *testing.T) {
	t.Parallel()
	var root CancelToken
	a, b := root.Child(), root.Child()
	aa := a.Child()
	w, wb := mustPend(t, aa.Canceled()), mustPend(t, b.Canceled())
	a.CancelCause(errBoo)
	a.Cancel()
	mustWake(t, w, 1)
	mustWake(t, wb, 0)
	if root.IsCanceled() || b.IsCanceled() || root.Err() != nil {
		t.Error("the parent or a sibling was cancelled")
	}
	if a.Err() != errBoo || aa.Err() != errBoo {
		t.Error(a.Err(), aa.Err())
	}
	if late := aa.Child(); late.Err() != errBoo {
		t.Error("a child of a cancelled token is not")
	}
	root.Cancel()
	mustWake(t, wb, 1)
	if !errors.Is(b.Err(), ErrCanceled) || a.Err() != errBoo {
		t.Error(b.Err(), a.Err())
	}
	mustBe(t, b.Canceled())
	if root.children.first != nil || root.waiting.first != nil || b.waiting.first != nil {
		t.Error("something is left")
	}
}

func TestCancelTokenLetsGoOfChildren(t *testing.T) {
	t.Parallel()
	var root CancelToken
	for range 10 {
		root.Child().Cancel()
	}
	if root.children.first != nil {
		t.Error("a cancelled child is kept")
	}
}

func TestCancelTokenConcurrently(t *testing.T) {
	t.Parallel()
	for range 100 {
		var root CancelToken
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				for range 10 {
					c := root.Child()
					d := c.Child()
					wait := d.Canceled()
					go c.Cancel()
					BlockOn[struct{}](wait)
				}
			})
		}
		wg.Go(root.Cancel)
		wg.Wait()
		if root.children.first != nil {
			t.Fatal("a child is left")
		}
	}
}

func TestCancelTokenAndContexts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		token := TokenOf(ctx)
		down, stop := token.Child().Context(t.Context())
		defer stop()
		if token.IsCanceled() || down.Err() != nil {
			t.Error("cancelled from the beginning")
		}
		cancel(errBoo)
		<-down.Done()
		if token.Err() != errBoo || context.Cause(down) != errBoo {
			t.Error(token.Err(), context.Cause(down))
		}
		if late := TokenOf(ctx); late.Err() != errBoo {
			t.Error("a token of a context that is done is not cancelled")
		}
		dead, stop := token.Context(t.Context())
		if context.Cause(dead) != errBoo {
			t.Error("a context of a cancelled token is not done")
		}
		stop()
	})
}

func TestCancelTokenForgetsContexts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var token CancelToken
		_, stop := token.Context(t.Context())
		stop()
		parent, cancel := context.WithCancel(t.Context())
		child, stop := token.Context(parent)
		defer stop()
		cancel()
		<-child.Done()
		synctest.Wait()
		if token.waiting.first != nil {
			t.Error("the token still knows a context")
		}
		TokenOf(t.Context()).Cancel() // lets go of the context
	})
}

func TestUntilCanceled(t *testing.T) {
	t.Parallel()
	var token CancelToken
	var h hand
	f := UntilCanceled[struct{}](&token, &h)
	w := mustPend(t, f)
	token.CancelCause(errBoo)
	mustWake(t, w, 1)
	if r := mustBe(t, f); r.Err != errBoo || h.canceled != 1 {
		t.Errorf("%v, cancelled %d times", r, h.canceled)
	}
	var h2 hand
	if mustBe(t, UntilCanceled[struct{}](&token, &h2)); h2.polls != 0 || h2.canceled != 1 {
		t.Errorf("polled %d times, cancelled %d times", h2.polls, h2.canceled)
	}
	var live CancelToken
	if r := mustBe(t, UntilCanceled(&live, Ready(3))); r.Value != 3 || r.Err != nil {
		t.Error(r)
	}
	func() {
		defer func() { _ = recover() }()
		pollOnce(UntilCanceled(&live, PollFunc[int](func(*Context) (int, bool) { panic(errBoo) })))
	}()
	waiting := UntilCanceled(&live, Pending[int]())
	mustPend(t, waiting)
	Cancel(waiting)
	if live.waiting.first != nil {
		t.Error("the token still knows a future")
	}
}
