package future

// brood is the children of a combinator that has many: each has a waker of its own, and a
// poll of the combinator polls only those that were woken. F is what they are, futures
// or streams. A brood must not be copied once it has children.
type brood[F any] struct {
	woken ready
	// queue is those that were taken from woken and not polled yet.
	queue *node
	kids  []*kid[F]
	// live is how many have not ended.
	live int
}

// kid is one child. When it has ended its place may serve another one: a wake-up that was
// meant for the former does no harm.
type kid[F any] struct {
	node
	live bool
	f    F
}

// fill gives an empty brood its children, in one piece of memory.
func (b *brood[F]) fill(fs []F) {
	kids := make([]kid[F], len(fs))
	b.kids = make([]*kid[F], len(fs))
	for i, f := range fs {
		k := &kids[i]
		k.home, k.index = &b.woken, uint32(i)
		b.kids[i] = k
		b.place(k, f)
	}
}

// grow makes a place for one more.
func (b *brood[F]) grow() *kid[F] {
	k := &kid[F]{node: node{home: &b.woken, index: uint32(len(b.kids))}}
	b.kids = append(b.kids, k)
	return k
}

// place puts a child in a place where there is none, and has it polled.
func (b *brood[F]) place(k *kid[F], f F) {
	given(f)
	k.f, k.live = f, true
	b.live++
	k.Wake()
}

// given panics if there is no future or stream.
func given(f any) {
	if f == nil {
		panic("future: a nil Future or Stream was given to a combinator")
	}
}

// remove takes a child out that has ended.
func (b *brood[F]) remove(k *kid[F]) {
	var none F
	k.f, k.live = none, false
	if b.live--; b.live == 0 {
		b.woken.owner.Clear()
	}
}

// next returns the child whose turn it is, or nil if the combinator is to return that it is not
// ready. What is woken while the combinator is being polled has its turn in the next
// poll, so that a child that wakes itself keeps nobody waiting.
func (b *brood[F]) next(cx *Context, p *pace) *kid[F] {
	if *p == 0 && b.queue == nil {
		b.queue = b.woken.take()
	}
	for b.queue != nil {
		if !p.first(cx) {
			return nil
		}
		n := b.queue
		b.queue, n.next = n.next, nil
		if n.begin()&completed != 0 {
			// It was given up while somebody was waking it, and its place may not even be
			// there any more.
			continue
		}
		if k := b.kids[n.index]; k.live {
			return k
		}
	}
	b.woken.owner.Register(cx.Waker())
	if !b.woken.empty() {
		b.woken.owner.Wake()
	}
	return nil
}

// Cancel gives up all that have not ended, and empties the brood. If one panics, what is left of
// them is given up by calling it again.
func (b *brood[F]) Cancel() {
	b.woken.owner.Clear()
	b.queue = nil
	for len(b.kids) > 0 {
		k := b.kids[0]
		b.kids[0], b.kids = nil, b.kids[1:]
		k.end(canceled)
		if k.live {
			f := k.f
			b.remove(k)
			Cancel(f)
		}
	}
	b.kids = nil
	b.woken.take()
}

// pollNextWith is PollWith for a stream.
func pollNextWith[T any](cx *Context, w Waker, s Stream[T]) (v T, ok, ready bool) {
	own := cx.waker
	cx.waker = w
	v, ok, ready = s.PollNext(cx)
	cx.waker = own
	return v, ok, ready
}
