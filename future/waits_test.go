package future

import (
	"sync/atomic"
	"testing"
)

// tally is a waker that counts.
type tally struct{ n atomic.Int64 }

func (w *tally) Wake() { w.n.Add(1) }

// pollOnce polls a future with a waker of its own, which it returns.
func pollOnce[T any](f Future[T]) (v T, ready bool, w *tally) {
	w = new(tally)
	v, ready = f.Poll(NewContext(w))
	return v, ready, w
}

// mustPend polls a future that is not ready.
func mustPend[T any](t *testing.T, f Future[T]) *tally {
	t.Helper()
	v, ready, w := pollOnce(f)
	if ready {
		t.Fatalf("ready with %v", v)
	}
	return w
}

// mustBe polls a future that is ready.
func mustBe[T any](t *testing.T, f Future[T]) T {
	t.Helper()
	v, ready, _ := pollOnce(f)
	if !ready {
		t.Fatal("not ready")
	}
	return v
}

// mustWake says whether a waker was woken n times.
func mustWake(t *testing.T, w *tally, n int64) {
	t.Helper()
	if got := w.n.Load(); got != n {
		t.Fatalf("woken %d times, want %d", got, n)
	}
}
