package future

// Join is ready when all are, with their values in the order of the arguments. Each future
// has a waker of its own: a poll polls those that were woken. See [Join2] for
// futures of several types.
func Join[T any](fs ...Future[T]) Future[[]T] {
	j := &joined[T]{out: make([]T, len(fs))}
	j.fill(fs)
	return j
}

type joined[T any] struct {
	brood[Future[T]]
	out []T
}

func (j *joined[T]) Poll(cx *Context) ([]T, bool) {
	var p pace
	for j.live > 0 {
		k := j.next(cx, &p)
		if k == nil {
			return nil, false
		}
		if v, ready := PollWith(cx, &k.node, k.f); ready {
			j.out[k.index] = v
			j.remove(k)
		}
	}
	out := j.out
	j.Cancel()
	return out, true
}

func (j *joined[T]) Cancel() {
	j.out = nil
	j.brood.Cancel()
}

// TryJoin is [Join] for operations that can fail: with the first error it is ready, and the others
// are cancelled.
func TryJoin[T any](fs ...Future[Result[T]]) Future[Result[[]T]] {
	j := &tryJoined[T]{out: make([]T, len(fs))}
	j.fill(fs)
	return j
}

type tryJoined[T any] struct {
	brood[Future[Result[T]]]
	out []T
}

func (j *tryJoined[T]) Poll(cx *Context) (r Result[[]T], ready bool) {
	var p pace
	for j.live > 0 {
		k := j.next(cx, &p)
		if k == nil {
			return r, false
		}
		v, ready := PollWith(cx, &k.node, k.f)
		if !ready {
			continue
		}
		j.remove(k)
		if v.Err != nil {
			j.Cancel()
			return Result[[]T]{Err: v.Err}, true
		}
		j.out[k.index] = v.Value
	}
	r.Value = j.out
	j.Cancel()
	return r, true
}

func (j *tryJoined[T]) Cancel() {
	j.out = nil
	j.brood.Cancel()
}
