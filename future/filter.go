package future

// Filter leaves out the items that keep does not want.
func Filter[T any](s Stream[T], keep func(T) bool) Stream[T] {
	return FilterMap(s, func(v T) (T, bool) { return v, keep(v) })
}

// FilterMap is the stream of what f makes of each item, without those for which it returns
// false.
func FilterMap[T, U any](s Stream[T], f func(T) (U, bool)) Stream[U] {
	return &filtered[T, U]{flow(s), f}
}

type filtered[T, U any] struct {
	upstream[T]
	f func(T) (U, bool)
}

func (f *filtered[T, U]) PollNext(cx *Context) (u U, ok, ready bool) {
	for p := pace(0); ; {
		v, ok, ready := f.next(cx)
		if !ok {
			return u, false, ready
		}
		if u, ok = f.f(v); ok {
			return u, true, true
		}
		if !p.step(cx) {
			var none U
			return none, false, false
		}
	}
}
