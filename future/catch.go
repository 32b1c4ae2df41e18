package future

import "runtime/debug"

// Catch makes an error of a panic of f: a [PanicError]. What panicked is cancelled.
// runtime.Goexit is no panic, and passes.
func Catch[T any](f Future[T]) Future[Result[T]] { return &caught[T]{hold(f)} }

type caught[T any] struct{ part[T] }

func (c *caught[T]) Poll(cx *Context) (r Result[T], ready bool) {
	own := cx.waker
	defer func() {
		v := recover()
		if v == nil {
			return
		}
		// Whoever panicked may have been polled with another waker.
		cx.waker = own
		r, ready = Result[T]{Err: &PanicError{Value: v, Stack: debug.Stack()}}, true
		c.Cancel()
	}()
	r.Value, ready = c.poll(cx)
	return r, ready
}
