package future

// permits is what locks and semaphores have in common: so many may be taken, and who wants more
// than there are waits in a queue. Nobody overtakes: as long as there is a queue, also those who
// would be content with what is left wait, so none who wants much starves.
type permits struct {
	mu mutex
	// limit is how many there are; zero stands for whole.
	limit, taken int64
	queue        waitList[int64]
}

// whole is the limit of locks: a writer takes that many, a reader one.
const whole = 1 << 40

func (p *permits) size() int64 {
	if p.limit == 0 {
		return whole
	}
	return p.limit
}

// fits says whether n more can be taken. The lock is held.
func (p *permits) fits(n int64) bool { return n <= p.size()-p.taken }

// try takes n if nobody has to wait for that.
func (p *permits) try(n int64) bool {
	p.mu.Lock()
	ok := p.queue.first == nil && p.fits(n)
	if ok {
		p.taken += n
	}
	p.mu.Unlock()
	return ok
}

// release gives n back.
func (p *permits) release(n int64, what string) {
	var b wakers
	p.mu.Lock()
	ok := n <= p.taken
	if ok {
		p.taken -= n
		p.serve(&b)
	}
	p.mu.Unlock()
	b.wake()
	if !ok {
		panic("future: " + what + " of what is not held")
	}
}

// serve gives to the first ones of the queue what they wait for. The lock is held.
func (p *permits) serve(b *wakers) {
	for w := p.queue.first; w != nil && p.fits(w.v); w = p.queue.first {
		p.queue.remove(w)
		p.taken += w.v
		b.add(w.settle(waitGranted))
	}
}

// acquiring is the future of permits. It is as new when it is ready or was cancelled.
type acquiring struct {
	of *permits
	w  waiter[int64]
}

func (a *acquiring) poll(cx *Context) (ready bool) {
	p := a.of
	p.mu.Lock()
	switch a.w.state {
	case waitGranted:
		a.w.state = waitIdle
		p.mu.Unlock()
		return true
	case waitQueued:
		a.w.waker = cx.Waker()
		p.mu.Unlock()
		return false
	}
	if p.queue.first != nil || !p.fits(a.w.v) {
		p.queue.push(&a.w, cx.Waker())
		p.mu.Unlock()
		return false
	}
	ready = !cx.exhausted()
	if ready {
		p.taken += a.w.v
	}
	p.mu.Unlock()
	cx.Spend()
	return ready
}

// Cancel leaves the queue, or gives back what was given meanwhile.
func (a *acquiring) Cancel() {
	p := a.of
	var b wakers
	p.mu.Lock()
	switch a.w.state {
	case waitQueued:
		p.queue.leave(&a.w)
		p.serve(&b) // the next may want less
	case waitGranted:
		a.w.state = waitIdle
		p.taken -= a.w.v
		p.serve(&b)
	}
	p.mu.Unlock()
	b.wake()
}
