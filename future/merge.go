package future

// Merge is the items of all streams as they come. Each stream has a waker of its own: a poll
// polls those that were woken, and one that has had its turn goes to the end of the queue.
func Merge[T any](ss ...Stream[T]) Stream[T] {
	m := new(merged[T])
	m.fill(ss)
	return m
}

type merged[T any] struct{ brood[Stream[T]] }

func (m *merged[T]) PollNext(cx *Context) (v T, ok, ready bool) {
	var p pace
	for m.live > 0 {
		k := m.next(cx, &p)
		if k == nil {
			return v, false, false
		}
		v, ok, ready = pollNextWith(cx, &k.node, k.f)
		switch {
		case !ready:
		case !ok:
			m.remove(k)
		default:
			k.Wake()
			return v, true, true
		}
	}
	m.Cancel()
	return v, false, true
}
