package future

// Ready is a future that is ready with v.
func Ready[T any](v T) Future[T] { return immediate[T]{v} }

type immediate[T any] struct{ v T }

func (r immediate[T]) Poll(*Context) (T, bool) { return r.v, true }

// Pending is a future that is never ready.
func Pending[T any]() Future[T] { return pending[T]{} }

type pending[T any] struct{}

func (pending[T]) Poll(*Context) (v T, ready bool) { return v, false }

// PollFunc is a future made of its Poll method. It has nothing to cancel.
type PollFunc[T any] func(cx *Context) (T, bool)

// Poll calls f.
func (f PollFunc[T]) Poll(cx *Context) (T, bool) { return f(cx) }

// Yield is a future that is ready when it is polled for the second time, after others that
// were ready have had their turn.
func Yield() Future[struct{}] { return new(yield) }

type yield struct{ polled bool }

func (y *yield) Poll(cx *Context) (struct{}, bool) {
	if !y.polled {
		y.polled = true
		cx.Waker().Wake()
		return struct{}{}, false
	}
	return struct{}{}, true
}
