package future

import (
	"errors"
	"sync"
	"testing"
)

func TestWatch(t *testing.T) {
	t.Parallel()
	w := NewWatch("a")
	a, b := w.Watcher(), w.Watcher()
	wa := mustPend(t, a.Changed())
	w.Set("b")
	w.Update(func(s string) string { return s + "c" })
	mustWake(t, wa, 1)
	if r := mustBe(t, a.Changed()); r.Value != "bc" || r.Err != nil {
		t.Errorf("%v", r)
	}
	if b.Latest() != "bc" || w.Get() != "bc" {
		t.Error(b.Latest(), w.Get())
	}
	mustPend(t, b.Changed())
	wa = mustPend(t, a.Changed())
	b.Cancel()
	w.Close()
	mustWake(t, wa, 1)
	if _, err := a.ChangedContext(t.Context()); !errors.Is(err, ErrChannelClosed) {
		t.Error(err)
	}
	if w.waiting.first != nil {
		t.Error("somebody is left waiting")
	}
}

// TestWatchChangesNoMore: a value that was said to be the last is not replaced.
func TestWatchChangesNoMore(t *testing.T) {
	t.Parallel()
	w := NewWatch(1)
	a := w.Watcher()
	w.Close()
	w.Set(2)
	w.Update(func(int) int { t.Error("asked for a change after Close"); return 3 })
	if r := mustBe(t, a.Changed()); r.Err == nil || w.Get() != 1 {
		t.Errorf("%v, and the value is %d", r, w.Get())
	}
}

func TestWatchOutlivesAPanicOfUpdate(t *testing.T) {
	t.Parallel()
	var w Watch[int]
	func() {
		defer func() { _ = recover() }()
		w.Update(func(int) int { panic("boo") })
	}()
	w.Set(1)
	if w.Get() != 1 {
		t.Error(w.Get())
	}
}

func TestWatchersSeeTheLast(t *testing.T) {
	t.Parallel()
	const last = 1000
	var w Watch[int]
	var wg sync.WaitGroup
	for range 4 {
		one := w.Watcher()
		wg.Go(func() {
			seen := 0
			for seen != last {
				v, err := one.ChangedContext(t.Context())
				if err != nil || v <= seen {
					t.Errorf("%d after %d, %v", v, seen, err)
					return
				}
				seen = v
			}
		})
	}
	for i := range last {
		w.Set(i + 1)
	}
	wg.Wait()
}
