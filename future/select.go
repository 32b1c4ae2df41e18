package future

// Select is ready with the first of the futures that is, and cancels the others. Each future has
// a waker of its own: a poll polls those that were woken, in the order in which they were;
// all at first, in the order of the arguments. Select of nothing is never ready. To go on with the
// others, use an [Unordered] set, and for streams [Merge].
func Select[T any](fs ...Future[T]) Future[Indexed[T]] {
	s := new(selected[T])
	s.fill(fs)
	return s
}

type selected[T any] struct{ brood[Future[T]] }

func (s *selected[T]) Poll(cx *Context) (won Indexed[T], ready bool) {
	if s.live == 0 {
		return won, false
	}
	var p pace
	for {
		k := s.next(cx, &p)
		if k == nil {
			return won, false
		}
		if v, ready := PollWith(cx, &k.node, k.f); ready {
			s.remove(k)
			s.Cancel()
			return Indexed[T]{int(k.index), v}, true
		}
	}
}

// Race is [Select] for those who do not ask which one it was.
func Race[T any](fs ...Future[T]) Future[T] {
	return Map(Select(fs...), func(won Indexed[T]) T { return won.Value })
}
