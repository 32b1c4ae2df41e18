package future

import (
	"errors"
	"slices"
	"sync"
	"testing"
)

func TestBroadcastReportsLag(t *testing.T) {
	t.Parallel()
	b := NewBroadcast[int](3)
	if n := b.Send(0); n != 0 {
		t.Errorf("%d subscribers", n)
	}
	s, late := b.Subscribe(), b.Subscribe()
	w := mustPend(t, s.Recv())
	for i := 1; i <= 5; i++ {
		if n := b.Send(i); n != 2 {
			t.Errorf("%d subscribers", n)
		}
	}
	mustWake(t, w, 1)
	var lag *LagError
	if r := mustBe(t, s.Recv()); !errors.As(r.Err, &lag) || lag.Missed != 2 {
		t.Fatalf("%v", r)
	}
	for i := 3; i <= 5; i++ {
		if r := mustBe(t, s.Recv()); r.Err != nil || r.Value != i {
			t.Errorf("%v, want %d", r, i)
		}
	}
	w = mustPend(t, s.Recv())
	b.Close()
	mustWake(t, w, 1)
	if r := mustBe(t, s.Recv()); !errors.Is(r.Err, ErrChannelClosed) {
		t.Errorf("%v", r)
	}
	if n := b.Send(9); n != 0 {
		t.Errorf("sent to %d when it was closed", n)
	}
	if r := mustBe(t, late.Recv()); !errors.As(r.Err, &lag) || lag.Missed != 2 {
		t.Fatalf("%v", r)
	}
	if v, err := late.RecvContext(t.Context()); v != 3 || err != nil {
		t.Errorf("%d, %v", v, err)
	}
	late.Close()
	late.Close()
	if r := mustBe(t, late.Recv()); !errors.Is(r.Err, ErrChannelClosed) {
		t.Errorf("after Close: %v", r)
	}
	s.Close()
	if b.subscribers != 0 || b.waiting.first != nil || slices.ContainsFunc(b.ring, func(i int) bool { return i != 0 }) {
		t.Errorf("left: %d subscribers, %v, %v", b.subscribers, b.waiting.first, b.ring)
	}
}

// All subscribers see rising values, and every value is received or reported as missed.
func TestBroadcastLosesNothingSilently(t *testing.T) {
	t.Parallel()
	const values, subscribers = 2000, 4
	b := NewBroadcast[int](8)
	var wg sync.WaitGroup
	for range subscribers {
		s := b.Subscribe()
		wg.Go(func() {
			defer s.Close()
			got, missed, last := 0, 0, -1
			for {
				v, err := s.RecvContext(t.Context())
				var lag *LagError
				switch {
				case errors.As(err, &lag):
					missed += int(lag.Missed)
				case err != nil:
					if got+missed != values {
						t.Errorf("%d received and %d missed of %d", got, missed, values)
					}
					return
				case v <= last:
					t.Errorf("%d after %d", v, last)
					return
				default:
					got, last = got+1, v
				}
			}
		})
	}
	for i := range values {
		b.Send(i)
	}
	b.Close()
	wg.Wait()
}
