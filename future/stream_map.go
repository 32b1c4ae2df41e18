package future

// MapEach is the stream of what f makes of each item.
func MapEach[T, U any](s Stream[T], f func(T) U) Stream[U] { return &mapEach[T, U]{flow(s), f} }

type mapEach[T, U any] struct {
	upstream[T]
	f func(T) U
}

func (m *mapEach[T, U]) PollNext(cx *Context) (u U, ok, ready bool) {
	v, ok, ready := m.next(cx)
	if ok {
		u = m.f(v)
	}
	return u, ok, ready
}

// Enumerate counts the items from 0.
func Enumerate[T any](s Stream[T]) Stream[Indexed[T]] { return &enumerated[T]{upstream: flow(s)} }

type enumerated[T any] struct {
	upstream[T]
	i int
}

func (e *enumerated[T]) PollNext(cx *Context) (item Indexed[T], ok, ready bool) {
	item.Value, ok, ready = e.next(cx)
	if ok {
		item.Index = e.i
		e.i++
	}
	return item, ok, ready
}

// ThenEach makes a future of each item, one at a time, and is the stream of their values. See
// [Buffered] for several at a time.
func ThenEach[T, U any](s Stream[T], f func(T) Future[U]) Stream[U] {
	return &thenEach[T, U]{upstream: flow(s), f: f}
}

type thenEach[T, U any] struct {
	upstream[T]
	part[U]
	f func(T) Future[U]
}

func (t *thenEach[T, U]) PollNext(cx *Context) (u U, ok, ready bool) {
	if t.part.f == nil {
		v, ok, ready := t.next(cx)
		if !ok {
			return u, false, ready
		}
		t.part = hold(t.f(v))
	}
	u, ready = t.poll(cx)
	return u, ready, ready
}

func (t *thenEach[T, U]) Cancel() {
	t.part.Cancel()
	t.upstream.Cancel()
}
