package future

// Choice2 is the value of one of two futures: Index says which field has it, 0 for A.
type Choice2[A, B any] struct {
	Index int
	A     A
	B     B
}

// Select2 is ready with the first of two futures that is, and cancels the other one. If both
// are ready it is the first argument.
func Select2[A, B any](a Future[A], b Future[B]) Future[Choice2[A, B]] {
	return &selected2[A, B]{hold(a), hold(b)}
}

type selected2[A, B any] struct {
	a part[A]
	b part[B]
}

func (s *selected2[A, B]) Poll(cx *Context) (won Choice2[A, B], ready bool) {
	if won.A, ready = s.a.poll(cx); ready {
		won.Index = 0
	} else if won.B, ready = s.b.poll(cx); ready {
		won.Index = 1
	}
	if ready {
		s.Cancel()
	}
	return won, ready
}

func (s *selected2[A, B]) Cancel() {
	s.a.Cancel()
	s.b.Cancel()
}

// Choice3 is the value of one of three futures: Index says which field has it, 0 for A.
type Choice3[A, B, C any] struct {
	Index int
	A     A
	B     B
	C     C
}

// Select3 is [Select2] for three futures.
func Select3[A, B, C any](a Future[A], b Future[B], c Future[C]) Future[Choice3[A, B, C]] {
	return &selected3[A, B, C]{hold(a), hold(b), hold(c)}
}

type selected3[A, B, C any] struct {
	a part[A]
	b part[B]
	c part[C]
}

func (s *selected3[A, B, C]) Poll(cx *Context) (won Choice3[A, B, C], ready bool) {
	if won.A, ready = s.a.poll(cx); ready {
		won.Index = 0
	} else if won.B, ready = s.b.poll(cx); ready {
		won.Index = 1
	} else if won.C, ready = s.c.poll(cx); ready {
		won.Index = 2
	}
	if ready {
		s.Cancel()
	}
	return won, ready
}

func (s *selected3[A, B, C]) Cancel() {
	s.a.Cancel()
	s.b.Cancel()
	s.c.Cancel()
}

// Choice4 is the value of one of four futures: Index says which field has it, 0 for A.
type Choice4[A, B, C, D any] struct {
	Index int
	A     A
	B     B
	C     C
	D     D
}

// Select4 is [Select2] for four futures.
func Select4[A, B, C, D any](a Future[A], b Future[B], c Future[C], d Future[D]) Future[Choice4[A, B, C, D]] {
	return &selected4[A, B, C, D]{hold(a), hold(b), hold(c), hold(d)}
}

type selected4[A, B, C, D any] struct {
	a part[A]
	b part[B]
	c part[C]
	d part[D]
}

func (s *selected4[A, B, C, D]) Poll(cx *Context) (won Choice4[A, B, C, D], ready bool) {
	if won.A, ready = s.a.poll(cx); ready {
		won.Index = 0
	} else if won.B, ready = s.b.poll(cx); ready {
		won.Index = 1
	} else if won.C, ready = s.c.poll(cx); ready {
		won.Index = 2
	} else if won.D, ready = s.d.poll(cx); ready {
		won.Index = 3
	}
	if ready {
		s.Cancel()
	}
	return won, ready
}

func (s *selected4[A, B, C, D]) Cancel() {
	s.a.Cancel()
	s.b.Cancel()
	s.c.Cancel()
	s.d.Cancel()
}
