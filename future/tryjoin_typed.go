package future

// TryJoin2 is [Join2] for operations that can fail: with the first error it is ready, and the
// other one is cancelled.
func TryJoin2[A, B any](a Future[Result[A]], b Future[Result[B]]) Future[Result[Tuple2[A, B]]] {
	return &tryJoined2[A, B]{a: tried[A]{part: hold(a)}, b: tried[B]{part: hold(b)}}
}

type tryJoined2[A, B any] struct {
	a tried[A]
	b tried[B]
}

func (j *tryJoined2[A, B]) Poll(cx *Context) (r Result[Tuple2[A, B]], ready bool) {
	ready = j.a.poll(cx, &r.Err)
	ready = j.b.poll(cx, &r.Err) && ready
	switch {
	case r.Err != nil:
		j.Cancel()
	case !ready:
		return r, false
	default:
		r.Value = Tuple2[A, B]{j.a.v, j.b.v}
	}
	*j = tryJoined2[A, B]{}
	return r, true
}

func (j *tryJoined2[A, B]) Cancel() {
	j.a.Cancel()
	j.b.Cancel()
}

// TryJoin3 is [TryJoin2] for three futures.
func TryJoin3[A, B, C any](a Future[Result[A]], b Future[Result[B]], c Future[Result[C]]) Future[Result[Tuple3[A, B, C]]] {
	return &tryJoined3[A, B, C]{a: tried[A]{part: hold(a)}, b: tried[B]{part: hold(b)}, c: tried[C]{part: hold(c)}}
}

type tryJoined3[A, B, C any] struct {
	a tried[A]
	b tried[B]
	c tried[C]
}

func (j *tryJoined3[A, B, C]) Poll(cx *Context) (r Result[Tuple3[A, B, C]], ready bool) {
	ready = j.a.poll(cx, &r.Err)
	ready = j.b.poll(cx, &r.Err) && ready
	ready = j.c.poll(cx, &r.Err) && ready
	switch {
	case r.Err != nil:
		j.Cancel()
	case !ready:
		return r, false
	default:
		r.Value = Tuple3[A, B, C]{j.a.v, j.b.v, j.c.v}
	}
	*j = tryJoined3[A, B, C]{}
	return r, true
}

func (j *tryJoined3[A, B, C]) Cancel() {
	j.a.Cancel()
	j.b.Cancel()
	j.c.Cancel()
}

// TryJoin4 is [TryJoin2] for four futures.
func TryJoin4[A, B, C, D any](a Future[Result[A]], b Future[Result[B]], c Future[Result[C]], d Future[Result[D]]) Future[Result[Tuple4[A, B, C, D]]] {
	return &tryJoined4[A, B, C, D]{a: tried[A]{part: hold(a)}, b: tried[B]{part: hold(b)}, c: tried[C]{part: hold(c)}, d: tried[D]{part: hold(d)}}
}

type tryJoined4[A, B, C, D any] struct {
	a tried[A]
	b tried[B]
	c tried[C]
	d tried[D]
}

func (j *tryJoined4[A, B, C, D]) Poll(cx *Context) (r Result[Tuple4[A, B, C, D]], ready bool) {
	ready = j.a.poll(cx, &r.Err)
	ready = j.b.poll(cx, &r.Err) && ready
	ready = j.c.poll(cx, &r.Err) && ready
	ready = j.d.poll(cx, &r.Err) && ready
	switch {
	case r.Err != nil:
		j.Cancel()
	case !ready:
		return r, false
	default:
		r.Value = Tuple4[A, B, C, D]{j.a.v, j.b.v, j.c.v, j.d.v}
	}
	*j = tryJoined4[A, B, C, D]{}
	return r, true
}

func (j *tryJoined4[A, B, C, D]) Cancel() {
	j.a.Cancel()
	j.b.Cancel()
	j.c.Cancel()
	j.d.Cancel()
}

// TryJoin5 is [TryJoin2] for five futures.
func TryJoin5[A, B, C, D, E any](a Future[Result[A]], b Future[Result[B]], c Future[Result[C]], d Future[Result[D]], e Future[Result[E]]) Future[Result[Tuple5[A, B, C, D, E]]] {
	return &tryJoined5[A, B, C, D, E]{a: tried[A]{part: hold(a)}, b: tried[B]{part: hold(b)}, c: tried[C]{part: hold(c)}, d: tried[D]{part: hold(d)}, e: tried[E]{part: hold(e)}}
}

type tryJoined5[A, B, C, D, E any] struct {
	a tried[A]
	b tried[B]
	c tried[C]
	d tried[D]
	e tried[E]
}

func (j *tryJoined5[A, B, C, D, E]) Poll(cx *Context) (r Result[Tuple5[A, B, C, D, E]], ready bool) {
	ready = j.a.poll(cx, &r.Err)
	ready = j.b.poll(cx, &r.Err) && ready
	ready = j.c.poll(cx, &r.Err) && ready
	ready = j.d.poll(cx, &r.Err) && ready
	ready = j.e.poll(cx, &r.Err) && ready
	switch {
	case r.Err != nil:
		j.Cancel()
	case !ready:
		return r, false
	default:
		r.Value = Tuple5[A, B, C, D, E]{j.a.v, j.b.v, j.c.v, j.d.v, j.e.v}
	}
	*j = tryJoined5[A, B, C, D, E]{}
	return r, true
}

func (j *tryJoined5[A, B, C, D, E]) Cancel() {
	j.a.Cancel()
	j.b.Cancel()
	j.c.Cancel()
	j.d.Cancel()
	j.e.Cancel()
}
