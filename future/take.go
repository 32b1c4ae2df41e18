package future

// Take is the first n items of s, or as many as there are. It cancels s with the last one.
func Take[T any](s Stream[T], n int) Stream[T] { return &taken[T]{flow(s), n} }

type taken[T any] struct {
	upstream[T]
	n int
}

func (t *taken[T]) PollNext(cx *Context) (v T, ok, ready bool) {
	if t.n <= 0 {
		t.Cancel()
		return v, false, true
	}
	if v, ok, ready = t.next(cx); ok {
		if t.n--; t.n == 0 {
			t.Cancel()
		}
	}
	return v, ok, ready
}

// TakeWhile is the items of s before the first one for which want returns false. That one is left
// out, and s cancelled.
func TakeWhile[T any](s Stream[T], want func(T) bool) Stream[T] { return &takeWhile[T]{flow(s), want} }

type takeWhile[T any] struct {
	upstream[T]
	want func(T) bool
}

func (t *takeWhile[T]) PollNext(cx *Context) (v T, ok, ready bool) {
	v, ok, ready = t.next(cx)
	if ok && !t.want(v) {
		t.Cancel()
		var none T
		return none, false, true
	}
	return v, ok, ready
}

// Skip leaves out the first n items.
func Skip[T any](s Stream[T], n int) Stream[T] { return &skipped[T]{flow(s), n} }

type skipped[T any] struct {
	upstream[T]
	n int
}

func (s *skipped[T]) PollNext(cx *Context) (v T, ok, ready bool) {
	for p := pace(0); ; s.n-- {
		v, ok, ready = s.next(cx)
		if !ok || s.n <= 0 {
			return v, ok, ready
		}
		if !p.step(cx) {
			s.n--
			var none T
			return none, false, false
		}
	}
}
