package future

// Join2 is ready when both futures are, with both values. All that are not ready yet are
// polled in every poll, as they share the waker.
func Join2[A, B any](a Future[A], b Future[B]) Future[Tuple2[A, B]] {
	return &joined2[A, B]{a: kept[A]{part: hold(a)}, b: kept[B]{part: hold(b)}}
}

type joined2[A, B any] struct {
	a kept[A]
	b kept[B]
}

func (j *joined2[A, B]) Poll(cx *Context) (t Tuple2[A, B], ready bool) {
	ready = j.a.poll(cx)
	ready = j.b.poll(cx) && ready
	if !ready {
		return t, false
	}
	t = Tuple2[A, B]{j.a.v, j.b.v}
	*j = joined2[A, B]{}
	return t, true
}

func (j *joined2[A, B]) Cancel() {
	j.a.Cancel()
	j.b.Cancel()
}

// Join3 is [Join2] for three futures.
func Join3[A, B, C any](a Future[A], b Future[B], c Future[C]) Future[Tuple3[A, B, C]] {
	return &joined3[A, B, C]{a: kept[A]{part: hold(a)}, b: kept[B]{part: hold(b)}, c: kept[C]{part: hold(c)}}
}

type joined3[A, B, C any] struct {
	a kept[A]
	b kept[B]
	c kept[C]
}

func (j *joined3[A, B, C]) Poll(cx *Context) (t Tuple3[A, B, C], ready bool) {
	ready = j.a.poll(cx)
	ready = j.b.poll(cx) && ready
	ready = j.c.poll(cx) && ready
	if !ready {
		return t, false
	}
	t = Tuple3[A, B, C]{j.a.v, j.b.v, j.c.v}
	*j = joined3[A, B, C]{}
	return t, true
}

func (j *joined3[A, B, C]) Cancel() {
	j.a.Cancel()
	j.b.Cancel()
	j.c.Cancel()
}

// Join4 is [Join2] for four futures.
func Join4[A, B, C, D any](a Future[A], b Future[B], c Future[C], d Future[D]) Future[Tuple4[A, B, C, D]] {
	return &joined4[A, B, C, D]{a: kept[A]{part: hold(a)}, b: kept[B]{part: hold(b)}, c: kept[C]{part: hold(c)}, d: kept[D]{part: hold(d)}}
}

type joined4[A, B, C, D any] struct {
	a kept[A]
	b kept[B]
	c kept[C]
	d kept[D]
}

func (j *joined4[A, B, C, D]) Poll(cx *Context) (t Tuple4[A, B, C, D], ready bool) {
	ready = j.a.poll(cx)
	ready = j.b.poll(cx) && ready
	ready = j.c.poll(cx) && ready
	ready = j.d.poll(cx) && ready
	if !ready {
		return t, false
	}
	t = Tuple4[A, B, C, D]{j.a.v, j.b.v, j.c.v, j.d.v}
	*j = joined4[A, B, C, D]{}
	return t, true
}

func (j *joined4[A, B, C, D]) Cancel() {
	j.a.Cancel()
	j.b.Cancel()
	j.c.Cancel()
	j.d.Cancel()
}

// Join5 is [Join2] for five futures.
func Join5[A, B, C, D, E any](a Future[A], b Future[B], c Future[C], d Future[D], e Future[E]) Future[Tuple5[A, B, C, D, E]] {
	return &joined5[A, B, C, D, E]{a: kept[A]{part: hold(a)}, b: kept[B]{part: hold(b)}, c: kept[C]{part: hold(c)}, d: kept[D]{part: hold(d)}, e: kept[E]{part: hold(e)}}
}

type joined5[A, B, C, D, E any] struct {
	a kept[A]
	b kept[B]
	c kept[C]
	d kept[D]
	e kept[E]
}

func (j *joined5[A, B, C, D, E]) Poll(cx *Context) (t Tuple5[A, B, C, D, E], ready bool) {
	ready = j.a.poll(cx)
	ready = j.b.poll(cx) && ready
	ready = j.c.poll(cx) && ready
	ready = j.d.poll(cx) && ready
	ready = j.e.poll(cx) && ready
	if !ready {
		return t, false
	}
	t = Tuple5[A, B, C, D, E]{j.a.v, j.b.v, j.c.v, j.d.v, j.e.v}
	*j = joined5[A, B, C, D, E]{}
	return t, true
}

func (j *joined5[A, B, C, D, E]) Cancel() {
	j.a.Cancel()
	j.b.Cancel()
	j.c.Cancel()
	j.d.Cancel()
	j.e.Cancel()
}
