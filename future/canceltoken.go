package future

// CancelToken says to whoever has it whether they are to stop, and can be waited for. Tokens
// form trees: cancelling one cancels its children and theirs, and not its parent.
//
// The zero CancelToken is one without a parent. It must not be copied. All methods are safe for
// concurrent use.
type CancelToken struct {
	// canceled is set together with err, for a look without the lock.
	canceled atomicUint32
	mu       mutex
	err      error
	waiting  waitList[struct{}]
	children waitList[*CancelToken]
	parent   *CancelToken
	// place is its place among its parent's children. The parent's lock guards it.
	place waiter[*CancelToken]
	// unhook, if not nil, lets go of the context that it follows.
	unhook func() bool
}

// Child makes a token that is cancelled with t, or by itself. It must be cancelled when it is not
// needed any more, so that t lets go of it.
func (t *CancelToken) Child() *CancelToken {
	c := &CancelToken{parent: t}
	c.place.v = c
	t.mu.Lock()
	err := t.err
	if err == nil {
		t.children.push(&c.place, nil)
	}
	t.mu.Unlock()
	if err != nil {
		c.CancelCause(err)
	}
	return c
}

// Cancel cancels t and its children, with [ErrCanceled].
func (t *CancelToken) Cancel() { t.CancelCause(ErrCanceled) }

// CancelCause cancels t and its children with an error for those who ask why; nil stands for
// [ErrCanceled]. The first call counts. When it returns, all of them are cancelled, unless
// another call is still at it.
func (t *CancelToken) CancelCause(err error) {
	if err == nil {
		err = ErrCanceled
	}
	if t.cancelTree(err) && t.parent != nil {
		t.parent.forget(t)
	}
}

// cancelTree cancels t and what is below it, and says whether t was not yet.
func (t *CancelToken) cancelTree(err error) bool {
	var b wakers
	t.mu.Lock()
	if t.err != nil {
		t.mu.Unlock()
		return false
	}
	t.err = err
	t.canceled.Store(1)
	unhook := t.unhook
	t.waiting.settleAll(waitGranted, &b)
	t.mu.Unlock()
	b.wake()
	if unhook != nil {
		unhook()
	}
	// Nobody is put among the children any more, but some may leave meanwhile.
	for {
		t.mu.Lock()
		w := t.children.pop()
		if w != nil {
			w.settle(waitGranted)
		}
		t.mu.Unlock()
		if w == nil {
			return true
		}
		w.v.cancelTree(err)
	}
}

// forget takes out a child.
func (t *CancelToken) forget(c *CancelToken) {
	t.mu.Lock()
	t.children.leave(&c.place)
	t.mu.Unlock()
}

// IsCanceled says whether t was cancelled. It takes no lock.
func (t *CancelToken) IsCanceled() bool { return t.canceled.Load() != 0 }

// Err is nil until t is cancelled, and then why.
func (t *CancelToken) Err() error {
	if !t.IsCanceled() {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.err
}

// Canceled is a future that is ready when t is cancelled. Err tells why.
func (t *CancelToken) Canceled() *Cancellation { return &Cancellation{token: t} }

// Cancellation is a [Future] of a [CancelToken] that is cancelled.
type Cancellation struct {
	token *CancelToken
	w     waiter[struct{}]
}

// Poll implements [Future].
func (c *Cancellation) Poll(cx *Context) (none struct{}, ready bool) {
	return none, c.token.IsCanceled() || c.wait(cx.Waker())
}

// wait has w woken when the token is cancelled, or says that it is.
func (c *Cancellation) wait(w Waker) (canceled bool) {
	t := c.token
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case t.err != nil:
		return true
	case c.w.state == waitQueued:
		c.w.waker = w
	default:
		t.waiting.push(&c.w, w)
	}
	return false
}

// Cancel stops waiting. The token is not concerned.
func (c *Cancellation) Cancel() {
	c.token.mu.Lock()
	c.token.waiting.leave(&c.w)
	c.token.mu.Unlock()
}
