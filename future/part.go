package future

// part is a future that a combinator holds until it is ready or given up. Without one it
// is never ready, and has nothing to cancel.
type part[T any] struct{ f Future[T] }

// hold makes a part.
func hold[T any](f Future[T]) part[T] {
	if f == nil {
		panic("future: a nil Future was given to a combinator")
	}
	return part[T]{f}
}

func (p *part[T]) poll(cx *Context) (v T, ready bool) {
	if p.f == nil {
		return v, false
	}
	v, ready = p.f.Poll(cx)
	if ready {
		p.f = nil
	}
	return v, ready
}

// Cancel gives the future up. It is forgotten first, so that it is cancelled once even if that
// panics.
func (p *part[T]) Cancel() {
	f := p.f
	p.f = nil
	Cancel(f)
}

// kept is a part whose value waits for those of others.
type kept[T any] struct {
	part[T]
	v T
}

// poll says whether the value is there.
func (k *kept[T]) poll(cx *Context) bool {
	if k.f == nil {
		return true
	}
	v, ready := k.part.poll(cx)
	if ready {
		k.v = v
	}
	return ready
}

// tried is a kept part that can fail.
type tried[T any] struct {
	part[Result[T]]
	v T
}

// poll says whether the value is there. It puts an error into err, and does nothing if there is
// one already.
func (t *tried[T]) poll(cx *Context, err *error) bool {
	if t.f == nil || *err != nil {
		return true
	}
	r, ready := t.part.poll(cx)
	if ready {
		t.v, *err = r.Value, r.Err
	}
	return ready
}
