package future

import (
	"context"
	"sync"
	"testing"
)

// TestSharedByGoroutines: goroutines and tasks of two executors await one future, which is polled by one
// at a time and yields many times in between, while others are cancelled.
func TestSharedByGoroutines(t *testing.T) {
	t.Parallel()
	for range 50 {
		var wg sync.WaitGroup
		left, polling := 100, false // without a lock: the race detector sees whether two poll
		first := Share(PollFunc[int](func(cx *Context) (int, bool) {
			if polling {
				t.Error("it is polled twice at a time")
			}
			polling = true
			defer func() { polling = false }()
			if left--; left == 0 {
				return 7, true
			}
			w := cx.Waker()
			if left%3 != 0 {
				w.Wake()
			} else {
				wg.Go(w.Wake)
			}
			return 0, false
		}))
		for range 4 {
			one, other := first.Clone(), first.Clone()
			wg.Go(func() {
				if v := BlockOn[int](one); v != 7 {
					t.Errorf("a goroutine has %d", v)
				}
			})
			wg.Go(func() {
				ctx, cancel := context.WithCancel(t.Context())
				wg.Go(cancel)
				_, _ = Await[int](ctx, other)
			})
		}
		for range 2 {
			one, other := first.Clone(), first.Clone()
			wg.Go(func() {
				var l Local
				a, b := Spawn[int](&l, one), Spawn[int](&l, other)
				if err := l.Run(context.Background()); err != nil {
					t.Error(err)
				}
				for _, task := range []*Task[int]{a, b} {
					if r, _ := task.Result(); r.Value != 7 {
						t.Errorf("a task has %d", r.Value)
					}
				}
			})
		}
		first.Cancel()
		wg.Wait()
	}
}

// TestSharedPassesOn: when who was to poll the future is cancelled, another one does.
func TestSharedPassesOn(t *testing.T) {
	t.Parallel()
	var h hand
	a := Share[struct{}](&h)
	b := a.Clone()
	wa, wb := new(labWaker), new(labWaker)
	a.Poll(NewContext(wa))
	b.Poll(NewContext(wb))
	h.give()
	if !wa.woken || !wb.woken {
		t.Fatalf("woken: %t, %t", wa.woken, wb.woken)
	}
	wb = new(labWaker)
	b.slot.Register(wb) // as if it had been polled while a was polling
	a.Cancel()
	if !wb.woken {
		t.Error("nobody polls it any more")
	}
	if _, ready := b.Poll(NewContext(wb)); !ready || h.canceled != 0 {
		t.Errorf("ready: %t, cancelled %d times", ready, h.canceled)
	}
	// A handle that comes late has the value as well.
	if _, ready := b.Clone().Poll(NewContext(wb)); !ready {
		t.Error("a clone of what is ready is not")
	}
}

func TestSharedPanic(t *testing.T) {
	t.Parallel()
	a := Share(PollFunc[int](func(*Context) (int, bool) { panic("boo") }))
	for _, s := range []*Shared[int]{a, a.Clone()} {
		func() {
			defer func() {
				if p, ok := recover().(*PanicError); !ok || p.Value != "boo" {
					t.Errorf("recovered %v", p)
				}
			}()
			s.Poll(NewContext(new(labWaker)))
		}()
	}
}

func TestSharedLastCancels(t *testing.T) {
	t.Parallel()
	var h hand
	a := Share[struct{}](&h)
	b := a.Clone()
	a.Poll(NewContext(new(labWaker)))
	a.Cancel()
	a.Cancel()
	if h.canceled != 0 {
		t.Error("it was cancelled too soon")
	}
	b.Cancel()
	if h.canceled != 1 {
		t.Errorf("it was cancelled %d times", h.canceled)
	}
	if _, ready := a.Clone().Poll(NewContext(new(labWaker))); ready || h.polls != 1 {
		t.Error("what was cancelled is polled")
	}
}

// TestSharedCanceledByItsOwnPoll: a future that had all its handles cancelled while it was being polled
// was forgotten, and not cancelled.
func TestSharedCanceledByItsOwnPoll(t *testing.T) {
	t.Parallel()
	var h hand
	var a, b *Shared[struct{}]
	a = Share[struct{}](&whilePolled{&h, func() { a.Cancel(); b.Cancel() }})
	b = a.Clone()
	if _, ready := a.Poll(NewContext(new(labWaker))); ready {
		t.Error("it is ready")
	}
	if h.canceled != 1 {
		t.Errorf("it was cancelled %d times", h.canceled)
	}
	h.give()
	for _, s := range []*Shared[struct{}]{a, b, a.Clone()} {
		if _, ready := s.Poll(NewContext(new(labWaker))); ready {
			t.Error("it is ready after all")
		}
	}
	if h.polls != 1 || h.canceled != 1 {
		t.Errorf("polled %d times, cancelled %d times", h.polls, h.canceled)
	}
}

// whilePolled does something else as well when it is polled.
type whilePolled struct {
	*hand
	do func()
}

func (w *whilePolled) Poll(cx *Context) (struct{}, bool) {
	v, ready := w.hand.Poll(cx)
	w.do()
	return v, ready
}
