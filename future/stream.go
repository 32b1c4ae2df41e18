package future

// Stream is a series of values that will be there later.
type Stream[T any] interface {
	PollNext(cx *Context) (v T, ok, ready bool)
}
