package future

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
)

// failing is a child that fails at its nth poll.
func failing(n int, err error) Future[Result[int]] {
	return PollFunc[Result[int]](func(cx *Context) (r Result[int], ready bool) {
		if n--; n > 0 {
			cx.Waker().Wake()
			return r, false
		}
		return Result[int]{n, err}, true
	})
}

// held is a child that waits for a hand.
type held struct{ hand }

func (h *held) Poll(cx *Context) (Result[int], bool) {
	_, ready := h.hand.Poll(cx)
	return Result[int]{}, ready
}

func TestScopeJoinsItsChildren(t *testing.T) {
	t.Parallel()
	var h held
	var nested held
	f := InScope(func(s *Scope) Future[Result[string]] {
		SpawnIn(s, failing(3, nil))
		SpawnIn[int](s, &h)
		SpawnIn(s, InScope(func(s *Scope) Future[Result[int]] {
			SpawnIn[int](s, &nested)
			return Ready(Result[int]{})
		}))
		return Ready(Result[string]{Value: "body"})
	})
	w := mustPend(t, f)
	h.give()
	if w.n.Load() == 0 {
		t.Error("a child does not wake the scope's waker")
	}
	w = mustPend(t, f)
	nested.give()
	if w.n.Load() == 0 {
		t.Error("a grandchild does not wake the scope's waker")
	}
	if r := mustBe(t, f); r.Value != "body" || r.Err != nil {
		t.Error(r)
	}
}

func TestScopeAwaitsChildren(t *testing.T) {
	t.Parallel()
	r := BlockOn(InScope(func(s *Scope) Future[Result[int]] {
		child := SpawnIn(s, failing(3, nil))
		gone := SpawnIn(s, Pending[Result[int]]())
		gone.Cancel()
		return PollFunc[Result[int]](func(cx *Context) (r Result[int], ready bool) {
			if r, ready = child.Poll(cx); !ready {
				return r, false
			}
			lost, ready := gone.Poll(cx)
			if ready && !errors.Is(lost.Err, ErrCanceled) {
				t.Errorf("a cancelled child: %v", lost)
			}
			return Result[int]{Value: 42}, ready
		})
	}))
	if r.Err != nil || r.Value != 42 {
		t.Error(r)
	}
}

func TestScopeFirstErrorCancelsTheRest(t *testing.T) {
	t.Parallel()
	for _, where := range []string{"child", "body"} {
		t.Run(where, func(t *testing.T) {
			t.Parallel()
			var h, main held
			var late Child[int]
			var scope *Scope
			r := BlockOn(InScope(func(s *Scope) Future[Result[int]] {
				scope = s
				SpawnIn[int](s, &h)
				if where == "body" {
					return failing(5, errBoo)
				}
				SpawnIn(s, failing(5, errBoo))
				SpawnIn(s, failing(9, errors.New("a later one")))
				return &main
			}))
			if r.Err != errBoo {
				t.Error(r)
			}
			if h.canceled != 1 || where == "child" && main.canceled != 1 {
				t.Errorf("cancelled: child %d times, body %d times", h.canceled, main.canceled)
			}
			var lateFuture held
			late = SpawnIn[int](scope, &lateFuture)
			if lateFuture.canceled != 1 || lateFuture.polls != 0 || !late.Task().Finished() {
				t.Error("a child that came too late was not cancelled")
			}
		})
	}
}

func TestScopeCancelCancelsEverythingAtOnce(t *testing.T) {
	t.Parallel()
	var body, child, grandchild held
	f := InScope(func(s *Scope) Future[Result[int]] {
		SpawnIn[int](s, &child)
		SpawnIn(s, InScope(func(s *Scope) Future[Result[int]] { return &grandchild }))
		return &body
	})
	mustPend(t, f)
	Cancel(f)
	for name, h := range map[string]*held{"body": &body, "child": &child, "grandchild": &grandchild} {
		if h.canceled != 1 || h.Slot.state.Load() != 0 {
			t.Errorf("%s: cancelled %d times, waker kept: %t", name, h.canceled, h.Slot.state.Load() != 0)
		}
	}
	called := false
	f = InScope(func(*Scope) Future[Result[int]] {
		called = true
		return &body
	})
	Cancel(f)
	if r, ready, _ := pollOnce(f); !ready || !errors.Is(r.Err, ErrCanceled) || called {
		t.Errorf("cancelled before its first poll: %v, %t, body called: %t", r, ready, called)
	}
}

// A child cancels the task that runs its scope.
func TestScopeCanceledFromWithin(t *testing.T) {
	t.Parallel()
	var l Local
	var h held
	var task *Task[Result[int]]
	task = Spawn(&l, InScope(func(s *Scope) Future[Result[int]] {
		SpawnIn[int](s, &h)
		return PollFunc[Result[int]](func(cx *Context) (r Result[int], ready bool) {
			task.Cancel()
			return r, false
		})
	}))
	if err := l.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if r, _ := task.Result(); !errors.Is(r.Err, ErrCanceled) || h.canceled != 1 {
		t.Errorf("%v, the child was cancelled %d times", r, h.canceled)
	}
}

func TestScopePanicCancelsTheRest(t *testing.T) {
	t.Parallel()
	panics := PollFunc[Result[int]](func(*Context) (Result[int], bool) { panic(errBoo) })
	for name, body := range map[string]func(s *Scope) Future[Result[int]]{
		"body":   func(*Scope) Future[Result[int]] { panic(errBoo) },
		"future": func(*Scope) Future[Result[int]] { return panics },
		"child": func(s *Scope) Future[Result[int]] {
			SpawnIn(s, panics)
			return Pending[Result[int]]()
		},
		"awaited child": func(s *Scope) Future[Result[int]] { return SpawnIn(s, panics) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var h held
			f := InScope(func(s *Scope) Future[Result[int]] {
				SpawnIn[int](s, &h)
				return body(s)
			})
			func() {
				defer func() {
					if p, ok := recover().(*PanicError); !ok || !errors.Is(p, errBoo) {
						t.Errorf("recovered %v", p)
					}
				}()
				BlockOn(f)
			}()
			if h.canceled != 1 {
				t.Errorf("the child was cancelled %d times", h.canceled)
			}
		})
	}
}

// The clock of whoever polls the scope is that of what is in it.
func TestScopeHandsOnTheClock(t *testing.T) {
	t.Parallel()
	type otherClock struct{ Clock }
	clock := otherClock{System}
	f := InScope(func(*Scope) Future[Result[int]] {
		return PollFunc[Result[int]](func(cx *Context) (Result[int], bool) {
			if cx.Clock() != Clock(clock) {
				t.Errorf("the clock is a %T", cx.Clock())
			}
			return Result[int]{}, true
		})
	})
	if _, ready := f.Poll(NewContext(new(tally)).WithClock(clock)); !ready {
		t.Error("not ready")
	}
}

// Children are spawned and woken from other goroutines, some fail: everything that was begun has
// ended when the scope has.
func TestScopeRaces(t *testing.T) {
	t.Parallel()
	for round := range 50 {
		var tr Tracker
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		c := NewChannel[int](1)
		f := InScope(func(s *Scope) Future[Result[int]] {
			for g := range 3 {
				wg.Go(func() {
					for i := range 10 {
						err := error(nil)
						if round%3 == 0 && g == 1 && i == 7 {
							err = errBoo
						}
						SpawnIn(s, Track(&tr, failing(i, err)))
					}
					if round%3 == 1 && g == 0 {
						cancel()
					}
				})
			}
			wg.Go(func() { _ = c.SendContext(ctx, 1) })
			return c.Recv()
		})
		r, err := Await(ctx, f)
		cancel()
		wg.Wait()
		if n := tr.Len(); n != 0 {
			t.Fatalf("round %d: %d children are left (%v, %v)", round, n, r, err)
		}
	}
}

func TestScopeOrderIsThatOfSpawning(t *testing.T) {
	t.Parallel()
	var got []int
	BlockOn(InScope(func(s *Scope) Future[Result[int]] {
		for i := range 5 {
			SpawnIn(s, PollFunc[Result[int]](func(*Context) (r Result[int], ready bool) {
				got = append(got, i)
				return r, true
			}))
		}
		return Ready(Result[int]{})
	}))
	if !slices.Equal(got, []int{0, 1, 2, 3, 4}) {
		t.Error(got)
	}
}
