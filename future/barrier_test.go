package future

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
)

func TestBarrier(t *testing.T) {
	t.Parallel()
	b := NewBarrier(3)
	x, y, z := b.Wait(), b.Wait(), b.Wait()
	wx, wy := mustPend(t, x), mustPend(t, y)
	y.Cancel() // it has not come
	wz := mustPend(t, z)
	if leader := mustBe(t, y); !leader {
		t.Error("the last one does not lead")
	}
	mustWake(t, wx, 1)
	mustWake(t, wy, 0)
	mustWake(t, wz, 1)
	// The next ones do not wait for those that have not seen it yet.
	next := mustPend(t, b.Wait())
	if mustBe(t, x) || mustBe(t, z) {
		t.Error("several lead")
	}
	mustWake(t, next, 0)
	if b.arrived != 1 {
		t.Errorf("%d have arrived", b.arrived)
	}
}

func TestBarrierAgainAndAgain(t *testing.T) {
	t.Parallel()
	const n, rounds = 5, 200
	b := NewBarrier(n)
	var leaders, round atomic.Int64
	var wg sync.WaitGroup
	for range n {
		wg.Go(func() {
			for i := range rounds {
				leader, err := b.WaitContext(t.Context())
				if err != nil {
					t.Error(err)
				}
				if leader {
					leaders.Add(1)
					round.Store(int64(i + 1))
				}
				if _, err := b.WaitContext(t.Context()); err != nil {
					t.Error(err)
				}
				if r := round.Load(); r != int64(i+1) {
					t.Errorf("in round %d the leader is in %d", i+1, r)
				}
				if _, err := b.WaitContext(t.Context()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if leaders.Load() != rounds {
		t.Errorf("%d leaders in %d rounds", leaders.Load(), rounds)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := b.WaitContext(ctx); !errors.Is(err, context.Canceled) || b.arrived != 0 {
		t.Errorf("%v, %d have arrived", err, b.arrived)
	}
}
