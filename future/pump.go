package future

// pump is the blocking side of an adapter: a function that moves what there is to move and returns
// when there is nothing, so that a consumer or producer who takes his time holds no place in
// the pool. It runs once at a time, so what it works on needs no lock of its own.
type pump struct {
	pool *Pool
	// turn moves some, or obeys, and says whether there may be more to do. It is called with
	// the lock held, and lets go of it while it calls what blocks.
	turn func() (more bool)
	// fail is called, with the lock held, when turn has panicked or cannot be called.
	fail func(err error)

	// mu guards what is below and the fields of the adapter.
	mu      mutex
	running bool
	// command is what is to be done between two movements, and doing what is being done.
	command, doing *command
	// waker is who waits for values, for room or for the end.
	waker Waker
	// closed has the pump come to its end, of which the waker is told.
	closed bool
}

// command is something that an adapter's pump does between two movements, and the future of that.
type command struct {
	// do is called without the lock.
	do     func()
	waker  Waker
	posted bool
	done   bool
	err    error
}

// UnblockOptions configure the Unblock functions.
type UnblockOptions struct {
	// Pool is where what blocks is called; [DefaultPool] if it is nil.
	Pool *Pool
	// Buffer is how much is read ahead or not written yet at most, in bytes, or in values for
	// [UnblockSeq]; 64 KiB, or 64 values, if it is zero.
	Buffer int
}

func (o UnblockOptions) buffer(otherwise int) int {
	switch {
	case o.Buffer < 0:
		panic("future: UnblockOptions.Buffer is negative")
	case o.Buffer == 0:
		return otherwise
	}
	return o.Buffer
}

const defaultUnblockBytes, defaultUnblockValues = 64 << 10, 64

func (p *pump) init(opts UnblockOptions, turn func() bool, fail func(error)) {
	p.pool, p.turn, p.fail = opts.Pool, turn, fail
	if p.pool == nil {
		p.pool = &defaultPool
	}
}

// start has the pump run, if it does not. The lock is held, and let go of.
func (p *pump) start() {
	was := p.running
	p.running = true
	p.mu.Unlock()
	if !was {
		// A new one each time: the Pool may not be done with the last one yet.
		p.pool.submit(&waiter[poolWork]{v: (*pumpWork)(p)})
	}
}

// unlocked calls what blocks. The lock is held, but not meanwhile.
func (p *pump) unlocked(f func()) {
	p.mu.Unlock()
	defer p.mu.Lock()
	f()
}

// tell wakes who waits. The lock is held, but not meanwhile.
func (p *pump) tell() {
	if w := p.waker; w != nil {
		p.waker = nil
		p.unlocked(w.Wake)
	}
}

// busy says whether there is a command that was not done yet.
func (p *pump) busy() bool { return p.command != nil || p.doing != nil }

// obey does the command, if there is one, and says whether there was. The lock is held, but not
// meanwhile.
func (p *pump) obey() bool {
	c := p.command
	if c == nil {
		return false
	}
	p.command, p.doing = nil, c
	p.unlocked(c.do)
	p.doing = nil
	c.done = true
	if w := c.waker; w != nil {
		c.waker = nil
		p.unlocked(w.Wake)
	}
	p.tell() // who has come after a command that was cancelled
	return true
}

// await has a command done, and says whether it is.
func (p *pump) await(cx *Context, c *command) (done bool) {
	p.mu.Lock()
	switch {
	case c.done:
		p.mu.Unlock()
		if e, ok := c.err.(*PanicError); ok {
			panic(e)
		}
		return true
	case c.posted:
		c.waker = cx.Waker()
		p.mu.Unlock()
	case p.busy():
		p.waker = cx.Waker() // one that was cancelled when it had begun
		p.mu.Unlock()
	default:
		c.posted, c.waker = true, cx.Waker()
		p.command = c
		p.start()
	}
	return false
}

// revoke takes a command back if it has not begun.
func (p *pump) revoke(c *command) {
	p.mu.Lock()
	c.waker = nil
	if p.command == c {
		p.command, c.posted = nil, false
	}
	p.mu.Unlock()
}

// forget takes the waker of the last poll back.
func (p *pump) forget() {
	p.mu.Lock()
	p.waker = nil
	p.mu.Unlock()
}

// ended says whether the pump is closed and does not run.
func (p *pump) ended(cx *Context) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	if p.running {
		p.waker = cx.Waker()
	}
	return !p.running
}

// pumpWork is a pump as its Pool sees it.
type pumpWork pump

func (w *pumpWork) run() (panicked bool) {
	p := (*pump)(w)
	panicked = true
	p.mu.Lock()
	defer func() {
		if panicked {
			p.giveUp(newPanicError(recover()))
		}
	}()
	for p.turn() {
	}
	panicked = false
	p.stopped()
	return false
}

func (w *pumpWork) refuse() {
	p := (*pump)(w)
	p.mu.Lock()
	p.giveUp(ErrPoolClosed)
}

func (w *pumpWork) stop() {}

// stopped says that the pump does not run any more. The lock is held, and let go of.
func (p *pump) stopped() {
	var b wakers
	p.running = false
	if p.closed {
		b.add(p.waker)
		p.waker = nil
	}
	p.mu.Unlock()
	b.wake()
}

// giveUp ends everything with an error. The lock is held, and let go of.
func (p *pump) giveUp(err error) {
	var b wakers
	p.fail(err)
	for _, c := range []*command{p.command, p.doing} {
		if c != nil {
			c.done, c.err = true, err
			b.add(c.waker)
			c.waker = nil
		}
	}
	p.command, p.doing = nil, nil
	b.add(p.waker)
	p.waker = nil
	p.running = false
	p.mu.Unlock()
	b.wake()
}

// raise returns an error, or panics with it if it was a panic.
func raise(err error) error {
	if e, ok := err.(*PanicError); ok {
		panic(e)
	}
	return err
}
