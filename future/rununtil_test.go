package future

import (
	"context"
	"errors"
	"testing"
)

// TestRunUntilCancelsBeforeItReturns: it used to leave that to whoever would drive the Local next,
// which may be nobody.
func TestRunUntilCancelsBeforeItReturns(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	var l Local
	defer l.Close()
	other := Spawn(&l, Pending[int]())
	var h hand
	waiting := PollFunc[struct{}](func(*Context) (none struct{}, ready bool) {
		cancel()
		return none, false
	})
	_, err := RunUntil(ctx, &l, Join2[struct{}, struct{}](&h, waiting))
	if !errors.Is(err, context.Canceled) || h.canceled != 1 {
		t.Errorf("%v, cancelled %d times", err, h.canceled)
	}
	if other.Finished() || l.Len() != 1 {
		t.Errorf("another task has ended: %t; %d left", other.Finished(), l.Len())
	}
	h.give() // a wake-up that comes too late
	for l.TryTick() {
	}
	if v, err := RunUntil(t.Context(), &l, Ready(3)); v != 3 || err != nil {
		t.Errorf("after that: %d, %v", v, err)
	}
}

// TestRunUntilPanicOfCancel: the panic comes out, and the Local can still be used.
func TestRunUntilPanicOfCancel(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var l Local
	func() {
		defer func() {
			var p *PanicError
			err, _ := recover().(error)
			if !errors.As(err, &p) || p.Value != "boo" {
				t.Errorf("panicked with %v", err)
			}
		}()
		_, err := RunUntil[int](ctx, &l, &badCancel{})
		t.Errorf("returned %v", err)
	}()
	if v, err := RunUntil(t.Context(), &l, Ready(3)); v != 3 || err != nil {
		t.Errorf("after that: %d, %v", v, err)
	}
}

type badCancel struct{}

func (*badCancel) Poll(*Context) (int, bool) { return 0, false }
func (*badCancel) Cancel()                   { panic("boo") }

// TestRunUntilClosed: it returned ErrCanceled where it says ErrClosed.
func TestRunUntilClosed(t *testing.T) {
	t.Parallel()
	var l Local
	_, err := RunUntil(t.Context(), &l, PollFunc[int](func(*Context) (int, bool) {
		_ = l.Close()
		return 0, false
	}))
	if !errors.Is(err, ErrClosed) {
		t.Errorf("closed meanwhile: %v", err)
	}
	if _, err := RunUntil(t.Context(), &l, Ready(1)); !errors.Is(err, ErrClosed) {
		t.Errorf("closed before: %v", err)
	}
}
