package future

// Item is the next item of a stream; OK is false at its end.
type Item[T any] struct {
	Value T
	OK    bool
}

// Next is ready with the next item of s. It leaves s to its caller: cancelling it does not
// cancel s, whose waker stays where it is until s is polled again or is cancelled.
func Next[T any](s Stream[T]) Future[Item[T]] { return &next[T]{flow(s)} }

// next does not embed its stream, whose Cancel would be its own.
type next[T any] struct{ from upstream[T] }

func (n *next[T]) Poll(cx *Context) (item Item[T], ready bool) {
	if n.from.s == nil {
		return item, false
	}
	item.Value, item.OK, ready = n.from.next(cx)
	if ready {
		n.from.s = nil
	}
	return item, ready
}

func (n *next[T]) Cancel() { n.from.s = nil }
