package future

// Ordered is a set of futures that is the stream of their values, in the order in which they were
// pushed. Each future has a waker of its own: a poll polls those that were woken.
//
// The stream is at its end whenever the set is empty, and goes on when more is pushed. The zero
// Ordered is empty. It must not be copied. One goroutine at a time uses it; the futures
// themselves may push while they are polled.
type Ordered[T any] struct {
	brood[Future[T]]
	// line is the places in the brood in the order of their futures, from head on.
	line []uint32
	head int
	free []uint32
	// values is those that have come, by place.
	values []T
}

// Push adds a future. It is polled with the set. A nil one panics, and the set stays as it was.
func (o *Ordered[T]) Push(f Future[T]) {
	given(f)
	var k *kid[Future[T]]
	if n := len(o.free); n > 0 {
		k = o.kids[o.free[n-1]]
		o.free = o.free[:n-1]
	} else {
		k = o.grow()
		var none T
		o.values = append(o.values, none)
	}
	if o.head > 0 && len(o.line) == cap(o.line) {
		// Before it grows it uses what is free at its beginning.
		o.line = o.line[:copy(o.line, o.line[o.head:])]
		o.head = 0
	}
	o.line = append(o.line, k.index)
	o.place(k, f)
}

// Len is how many futures have been pushed whose values have not been returned.
func (o *Ordered[T]) Len() int { return len(o.line) - o.head }

// PollNext implements [Stream].
func (o *Ordered[T]) PollNext(cx *Context) (v T, ok, ready bool) {
	if o.Len() == 0 {
		return v, false, true
	}
	var p pace
	for o.kids[o.line[o.head]].live {
		k := o.next(cx, &p)
		if k == nil {
			return v, false, false
		}
		if got, ready := PollWith(cx, &k.node, k.f); ready {
			o.values[k.index] = got
			o.remove(k)
		}
	}
	i := o.line[o.head]
	v, o.values[i] = o.values[i], v
	o.free = append(o.free, i)
	if o.head++; o.head == len(o.line) {
		o.line, o.head = o.line[:0], 0
	}
	return v, true, true
}

// Cancel cancels all futures in the set, which is empty then.
func (o *Ordered[T]) Cancel() {
	o.line, o.head, o.free, o.values = nil, 0, nil, nil
	o.brood.Cancel()
}
