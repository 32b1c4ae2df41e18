package future

// Fold calls f with each item and with what it has returned for the one before, init at first,
// and is ready with the last of these values when the stream ends.
func Fold[T, A any](s Stream[T], init A, f func(A, T) A) Future[A] {
	return &folded[T, A]{flow(s), init, f}
}

type folded[T, A any] struct {
	upstream[T]
	acc A
	f   func(A, T) A
}

func (f *folded[T, A]) Poll(cx *Context) (acc A, ready bool) {
	for p := pace(0); ; {
		v, ok, ready := f.next(cx)
		if !ready {
			return acc, false
		}
		if !ok {
			acc, f.acc = f.acc, acc
			return acc, true
		}
		f.acc = f.f(f.acc, v)
		if !p.step(cx) {
			return acc, false
		}
	}
}

// ForEach calls f with each item, and is ready when the stream ends. For an f that waits, see
// [ThenEach] and [Buffered].
func ForEach[T any](s Stream[T], f func(T)) Future[struct{}] {
	return Fold(s, struct{}{}, func(none struct{}, v T) struct{} {
		f(v)
		return none
	})
}

// Collect is ready with all items when the stream ends; nil if there were none.
func Collect[T any](s Stream[T]) Future[[]T] {
	return Fold(s, nil, func(all []T, v T) []T { return append(all, v) })
}
