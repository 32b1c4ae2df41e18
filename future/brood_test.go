package future

import "testing"

// TestWakeDuringCancelOfSet: a wake-up that was half done when the set was emptied brought a child
// back whose place was gone, and the next poll panicked.
func TestWakeDuringCancelOfSet(t *testing.T) {
	t.Parallel()
	var u Unordered[int]
	for range 4 {
		u.Push(Pending[int]())
	}
	k := u.kids[3]
	cx := NewContext(WakerFunc(func() {}))
	u.PollNext(cx)
	if !k.mark(0) { // the first half of Wake
		t.Fatal("was woken already")
	}
	u.Cancel()
	k.home.push(&k.node) // the second one
	u.Push(Ready(1))
	for range 2 {
		if v, ok, ready := u.PollNext(cx); ready {
			if v != 1 || !ok {
				t.Errorf("%d, %t", v, ok)
			}
			return
		}
	}
	t.Error("the future that is ready was not polled")
}

// TestPushOfNil: an Ordered set was left with a place that nobody had, and gave a zero for it.
func TestPushOfNil(t *testing.T) {
	t.Parallel()
	var o Ordered[int]
	mustPanic(t, func() { o.Push(nil) })
	var u Unordered[int]
	mustPanic(t, func() { u.Push(nil) })
	for _, s := range []futureSet[int]{&o, &u} {
		if _, ok, ready := s.PollNext(NewContext(WakerFunc(func() {}))); ok || !ready || s.Len() != 0 {
			t.Errorf("%T is not empty", s)
		}
		s.Push(Ready(2))
		if got := BlockOn(Collect[int](s)); len(got) != 1 || got[0] != 2 {
			t.Errorf("%T: %v", s, got)
		}
	}
}

func mustPanic(t *testing.T, f func()) {
	t.Helper()
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	f()
}
