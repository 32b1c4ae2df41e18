package future

import (
	"context"
	"slices"
	"testing"
	"time"
)

// TestFromChanInOrder: what is received at once and what is waited for come in one order.
func TestFromChanInOrder(t *testing.T) {
	t.Parallel()
	for _, size := range []int{0, 1, 10} {
		ch := make(chan int, size)
		go func() {
			for i := range 1000 {
				ch <- i
			}
			close(ch)
		}()
		got := BlockOn(Collect(FromChan(ch)))
		if len(got) != 1000 || !slices.IsSorted(got) {
			t.Errorf("a channel of %d: %d items, sorted: %t", size, len(got), slices.IsSorted(got))
		}
	}
}

// TestToChanInOrder goes the other way, through both.
func TestToChanInOrder(t *testing.T) {
	t.Parallel()
	for _, size := range []int{0, 1, 10} {
		in, out := make(chan int), make(chan int, size)
		go func() {
			for i := range 1000 {
				in <- i
			}
			close(in)
		}()
		ended := make(chan struct{})
		go func() { defer close(ended); BlockOn(ToChan(FromChan(in), out)) }()
		var got []int
		for v := range out {
			got = append(got, v)
		}
		<-ended
		if len(got) != 1000 || !slices.IsSorted(got) {
			t.Errorf("a channel of %d: %d items, sorted: %t", size, len(got), slices.IsSorted(got))
		}
	}
}

// TestToChanCancelCloses: whoever receives is not left waiting. That no goroutine is left over
// is checked at the end of all tests.
func TestToChanCancelCloses(t *testing.T) {
	t.Parallel()
	for polls := range 3 {
		out := make(chan int)
		f := ToChan(StreamOf(1, 2, 3), out)
		for range polls {
			f.Poll(NewContext(new(labWaker)))
		}
		Cancel(f)
		Cancel(f)
		for range out {
		}
	}
}

func TestFromChanCancel(t *testing.T) {
	t.Parallel()
	ch := make(chan int)
	s := FromChan(ch)
	w := new(labWaker)
	s.PollNext(NewContext(w))
	Cancel(s)
	Cancel(s)
	if _, ok, ready := s.PollNext(NewContext(w)); ok || !ready {
		t.Error("it goes on")
	}
	never := FromChan[int](nil)
	never.PollNext(NewContext(w))
	Cancel(never)
}

// TestToSeqCancels: the stream is cancelled when the loop is left, and when the context is done.
func TestToSeqCancels(t *testing.T) {
	t.Parallel()
	l := newLab(1)
	s := l.stream()
	l.leaves[0].delay, l.leaves[0].items = 0, 5
	for range ToSeq(t.Context(), s) {
		break
	}
	l.check()
	l.never = true
	ctx, cancel := context.WithCancel(t.Context())
	s = l.stream()
	go cancel()
	for range ToSeq(ctx, s) {
		t.Error("an item of nothing")
	}
	l.check()
	for range ToSeq(ctx, Stream[int](endless)) {
		t.Error("an item, and the context is done")
	}
	if l.problems != nil {
		t.Errorf("%q", l.problems)
	}
}

// TestFromSeqStops: a sequence that is given up runs its deferred functions.
func TestFromSeqStops(t *testing.T) {
	t.Parallel()
	stopped := false
	s := FromSeq(func(yield func(int) bool) {
		defer func() { stopped = true }()
		for yield(1) {
		}
	})
	s.PollNext(NewContext(new(labWaker)))
	Cancel(s)
	if !stopped {
		t.Error("it goes on")
	}
}

// TestTakeCancelsAtOnce: with the last item, and not when it is asked for one more.
func TestTakeCancelsAtOnce(t *testing.T) {
	t.Parallel()
	l := newLab(1)
	s := Take(l.stream(), 1)
	l.leaves[0].delay, l.leaves[0].items = 0, 5
	s.PollNext(NewContext(new(labWaker)))
	if l.leaves[0].canceled != 1 {
		t.Error("it is not cancelled")
	}
}

// TestSetsGoOn: a set that was empty is not over, and what is pushed while it is awaited wakes.
func TestSetsGoOn(t *testing.T) {
	t.Parallel()
	var u Unordered[int]
	w := new(labWaker)
	cx := NewContext(w).WithClock(new(ManualClock))
	if _, ok, ready := u.PollNext(cx); ok || !ready {
		t.Error("an empty set")
	}
	u.Push(Map(After(time.Second), func(time.Time) int { return 1 }))
	u.PollNext(cx)
	if w.woken {
		t.Error("woken for nothing")
	}
	// A future of the set pushes another one.
	u.Push(PollFunc[int](func(*Context) (int, bool) { u.Push(Ready(3)); return 2, true }))
	if !w.woken {
		t.Error("Push does not wake")
	}
	for _, want := range []int{2, 3} {
		if v, ok, ready := u.PollNext(cx); v != want || !ok || !ready {
			t.Errorf("%d, %t, %t, and not %d", v, ok, ready, want)
		}
	}
	u.Cancel()
	if u.Len() != 0 {
		t.Errorf("%d left", u.Len())
	}
}

func TestToChanOfNilChannel(t *testing.T) {
	t.Parallel()
	mustPanic(t, func() { ToChan(StreamOf(1), nil) })
}
