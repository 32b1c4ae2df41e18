package future

import (
	"iter"
	"slices"
	"testing"
)

// nextOf is a stream's next value.
func nextOf[T any](s Stream[T]) (v T, ok bool) {
	r := BlockOn(PollFunc[Result[T]](func(cx *Context) (r Result[T], ready bool) {
		r.Value, ok, ready = s.PollNext(cx)
		return r, ready
	}))
	return r.Value, ok
}

func TestUnblockSeq(t *testing.T) {
	t.Parallel()
	p := newPool(t, PoolOptions{Max: 1})
	for _, n := range []int{0, 1, 3, 100} {
		var want, got []int
		for i := range n {
			want = append(want, i)
		}
		s := UnblockSeq(slices.Values(want), UnblockOptions{Pool: p, Buffer: 3})
		for v, ok := nextOf(s); ok; v, ok = nextOf(s) {
			got = append(got, v)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%v, want %v", got, want)
		}
		if _, ok := nextOf(s); ok {
			t.Error("there is something after the end")
		}
	}
}

// numbers yields numbers for ever and says when it is stopped.
func numbers(stopped chan<- struct{}) iter.Seq[int] {
	return func(yield func(int) bool) {
		defer close(stopped)
		for i := 0; yield(i); i++ {
		}
	}
}

func TestUnblockSeqIsStopped(t *testing.T) {
	t.Parallel()
	p := newPool(t, PoolOptions{Max: 1})
	stopped := make(chan struct{})
	s := UnblockSeq(numbers(stopped), UnblockOptions{Pool: p, Buffer: 4})
	if v, ok := nextOf(s); v != 0 || !ok {
		t.Error(v, ok)
	}
	if err := p.Wait(t.Context()); err != nil { // its buffer is full, and the place free
		t.Fatal(err)
	}
	Cancel(s)
	Cancel(s)
	<-stopped
	if _, ok := nextOf(s); ok {
		t.Error("there is something after Cancel")
	}
	Cancel(UnblockSeq(func(func(int) bool) { t.Error("called for nothing") }, UnblockOptions{Pool: p}))
}

func TestUnblockSeqOfAClosedPool(t *testing.T) {
	t.Parallel()
	p := NewPool(PoolOptions{})
	stopped := make(chan struct{})
	s := UnblockSeq(numbers(stopped), UnblockOptions{Pool: p, Buffer: 2})
	if _, ok := nextOf(s); !ok {
		t.Error("nothing comes")
	}
	if err := p.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	_ = p.Close()
	defer func() {
		if e, ok := recover().(*PanicError); !ok || e.Value != ErrPoolClosed {
			t.Errorf("recovered %v", e)
		}
		<-stopped
	}()
	for _, ok := nextOf(s); ok; _, ok = nextOf(s) {
	}
	t.Error("it has ended as if there were no more")
}

func TestUnblockSeqPanics(t *testing.T) {
	t.Parallel()
	s := UnblockSeq(func(yield func(int) bool) {
		yield(1)
		panic(errBoo)
	}, UnblockOptions{})
	if v, ok := nextOf(s); v != 1 || !ok {
		t.Error(v, ok)
	}
	defer func() {
		if e, ok := recover().(*PanicError); !ok || e.Value != errBoo {
			t.Errorf("recovered %v", e)
		}
	}()
	nextOf(s)
}
