package future

// Zip is the stream of pairs of an item of a and one of b. It ends when one of them does, and
// cancels the other one.
func Zip[A, B any](a Stream[A], b Stream[B]) Stream[Tuple2[A, B]] {
	return &zipped[A, B]{a: flow(a), b: flow(b)}
}

type zipped[A, B any] struct {
	a upstream[A]
	b upstream[B]
	// item has what has come of the next pair.
	item       Tuple2[A, B]
	hasA, hasB bool
}

func (z *zipped[A, B]) PollNext(cx *Context) (item Tuple2[A, B], ok, ready bool) {
	if !z.hasA {
		if z.item.A, z.hasA, ready = z.a.next(cx); ready && !z.hasA {
			z.Cancel()
			return item, false, true
		}
	}
	if !z.hasB {
		if z.item.B, z.hasB, ready = z.b.next(cx); ready && !z.hasB {
			z.Cancel()
			return item, false, true
		}
	}
	if !z.hasA || !z.hasB {
		return item, false, false
	}
	item, z.item = z.item, item
	z.hasA, z.hasB = false, false
	return item, true, true
}

func (z *zipped[A, B]) Cancel() {
	z.item, z.hasA, z.hasB = Tuple2[A, B]{}, false, false
	z.a.Cancel()
	z.b.Cancel()
}
