package future

// Stream is values that will be there one after the other.
//
// PollNext returns the next one with ok and ready true once it is there. At the end
// ok is false and ready is true. If there is nothing yet, ready is false, and the
// context's Waker is woken as with a [Future].
//
// After its end, and after it was cancelled, a stream is not polled again: what it would
// return is undefined (see [FuseStream]). One goroutine at a time polls and cancels it. A stream
// that has something to let go of is a [Canceler]. Those of this package say that they are at
// their end when they are polled too often.
type Stream[T any] interface {
	PollNext(cx *Context) (v T, ok, ready bool)
}

// StreamFunc is a stream made of its PollNext method. It has nothing to cancel.
type StreamFunc[T any] func(cx *Context) (v T, ok, ready bool)

// PollNext calls f.
func (f StreamFunc[T]) PollNext(cx *Context) (v T, ok, ready bool) { return f(cx) }

// StreamOf is a stream of values that are there.
func StreamOf[T any](vs ...T) Stream[T] { return &streamOf[T]{vs} }

type streamOf[T any] struct{ vs []T }

func (s *streamOf[T]) PollNext(cx *Context) (v T, ok, ready bool) {
	if len(s.vs) == 0 {
		s.vs = nil
		return v, false, true
	}
	if !cx.Spend() {
		return v, false, false
	}
	v, s.vs = s.vs[0], s.vs[1:]
	return v, true, true
}

func (s *streamOf[T]) Cancel() { s.vs = nil }

// upstream is a stream that an adapter holds until its end or until it is given up. Without one
// it is at its end.
type upstream[T any] struct{ s Stream[T] }

// flow makes an upstream.
func flow[T any](s Stream[T]) upstream[T] {
	if s == nil {
		panic("future: a nil Stream was given to an adapter")
	}
	return upstream[T]{s}
}

func (u *upstream[T]) next(cx *Context) (v T, ok, ready bool) {
	if u.s == nil {
		return v, false, true
	}
	v, ok, ready = u.s.PollNext(cx)
	if ready && !ok {
		u.s = nil
	}
	return v, ok && ready, ready
}

// Cancel gives the stream up.
func (u *upstream[T]) Cancel() {
	s := u.s
	u.s = nil
	Cancel(s)
}

// FuseStream makes a stream that may be polled at any time: after its end, and after it was
// cancelled, it is at its end.
func FuseStream[T any](s Stream[T]) Stream[T] { return &fusedStream[T]{flow(s)} }

type fusedStream[T any] struct{ upstream[T] }

func (f *fusedStream[T]) PollNext(cx *Context) (v T, ok, ready bool) { return f.next(cx) }
