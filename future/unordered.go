package future

// Unordered is a set of futures that is the stream of their values, in the order in which they
// become ready. Each future has a waker of its own: a poll polls those that were woken, in the
// order in which they were.
//
// The stream is at its end whenever the set is empty, and goes on when more is pushed. The zero
// Unordered is empty. It must not be copied. One goroutine at a time uses it; the futures
// themselves may push while they are polled.
type Unordered[T any] struct {
	brood[Future[T]]
	free []*kid[Future[T]]
}

// Push adds a future. It is polled with the set. A nil one panics, and the set stays as it was.
func (u *Unordered[T]) Push(f Future[T]) {
	given(f)
	if n := len(u.free); n > 0 {
		k := u.free[n-1]
		u.free = u.free[:n-1]
		u.place(k, f)
		return
	}
	u.place(u.grow(), f)
}

// Len is how many futures are in the set.
func (u *Unordered[T]) Len() int { return u.live }

// PollNext implements [Stream].
func (u *Unordered[T]) PollNext(cx *Context) (v T, ok, ready bool) {
	if u.live == 0 {
		return v, false, true
	}
	var p pace
	for {
		k := u.next(cx, &p)
		if k == nil {
			return v, false, false
		}
		if v, ready = PollWith(cx, &k.node, k.f); ready {
			u.remove(k)
			u.free = append(u.free, k)
			return v, true, true
		}
	}
}

// Cancel cancels all futures in the set, which is empty then.
func (u *Unordered[T]) Cancel() {
	u.free = nil
	u.brood.Cancel()
}
