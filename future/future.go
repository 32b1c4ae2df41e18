package future

// Future is a value that will be there later.
//
// Poll returns it and true once it is there. Until then it returns false, after
// arranging that the context's Waker is woken when asking again is worthwhile; of the wakers of
// several polls only the last one need be woken. It does not block.
//
// After it has been ready or was cancelled, a future is not polled again: what it would
// return is undefined (see Fuse). One goroutine at a time polls and cancels a future;
// futures that may be used by several at once say so.
type Future[T any] interface {
	Poll(cx *Context) (value T, ready bool)
}

// Waker has a future asked again. Wake may be called at any time, from any goroutine, any number
// of times, also after the future has ended; it does not block. Calls before the
// future is asked again count once.
type Waker interface{ Wake() }

// WakerFunc is a function as a Waker.
type WakerFunc func()

// Wake calls f.
func (f WakerFunc) Wake() { f() }

// Canceler is a future that has something to let go of when it is not wanted any more: a place
// in a queue, a timer, other futures. Cancel may be called when the future was never
// polled, and again; after the future has been ready it does nothing.
type Canceler interface{ Cancel() }

// Cancel tells a future that it will not be polled again. Futures that are no [Canceler] have
// nothing to let go of. Cancelling nil does nothing.
func Cancel(f any) {
	if c, ok := f.(Canceler); ok {
		c.Cancel()
	}
}

// Result is what an operation that can fail comes to.
type Result[T any] struct {
	Value T
	Err   error
}

// Get returns the value and the error, as functions do.
func (r Result[T]) Get() (T, error) { return r.Value, r.Err }
