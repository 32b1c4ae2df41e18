package future

// Map is a future of what g makes of f's value.
func Map[T, U any](f Future[T], g func(T) U) Future[U] { return &mapped[T, U]{hold(f), g} }

type mapped[T, U any] struct {
	part[T]
	g func(T) U
}

func (m *mapped[T, U]) Poll(cx *Context) (u U, ready bool) {
	v, ready := m.poll(cx)
	if !ready {
		return u, false
	}
	g := m.g
	m.g = nil
	return g(v), true
}

// MapTry is [Map] for operations that can fail: g has the value if there is no error, and may
// return one.
func MapTry[T, U any](f Future[Result[T]], g func(T) (U, error)) Future[Result[U]] {
	return Map(f, func(r Result[T]) (u Result[U]) {
		if r.Err != nil {
			return Result[U]{Err: r.Err}
		}
		u.Value, u.Err = g(r.Value)
		return u
	})
}

// MapErr has g make another error of f's, such as one that says what was being done. Without an
// error g is not called. If g returns nil, there is no error any more, and the value is f's.
func MapErr[T any](f Future[Result[T]], g func(error) error) Future[Result[T]] {
	return Map(f, func(r Result[T]) Result[T] {
		if r.Err != nil {
			r.Err = g(r.Err)
		}
		return r
	})
}

// Flatten makes one result of two, as [Timeout] and [Catch] of a future with a result, and the
// handle of a task with one, have them. The outer error comes first.
func Flatten[T any](f Future[Result[Result[T]]]) Future[Result[T]] {
	return Map(f, func(r Result[Result[T]]) Result[T] {
		if r.Err != nil {
			r.Value.Err = r.Err
		}
		return r.Value
	})
}
