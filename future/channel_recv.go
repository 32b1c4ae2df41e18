package future

import "context"

// Recv is a future of the next value. Its error is nil, or [ErrChannelClosed] when the channel was
// closed and everything was received. Cancelling it loses nothing. It may be used again
// and again, and is not allocated.
func (c *Channel[T]) Recv() Future[Result[T]] { return receiving[T]{c} }

type receiving[T any] struct{ *Channel[T] }

// Poll implements [Future].
func (r receiving[T]) Poll(cx *Context) (Result[T], bool) {
	v, ok, ready := r.PollNext(cx)
	if ready && !ok {
		return Result[T]{Err: ErrChannelClosed}, true
	}
	return Result[T]{Value: v}, ready
}

// PollNext makes the receiving side of c a [Stream] that ends when c was closed and everything
// was received.
func (c *Channel[T]) PollNext(cx *Context) (v T, ok, ready bool) {
	c.mu.Lock()
	if c.values.n == 0 {
		if ready = c.closed; !ready {
			c.receiver = cx.Waker()
		}
		c.mu.Unlock()
		return v, false, ready
	}
	if cx.exhausted() {
		c.mu.Unlock()
		cx.Spend()
		return v, false, false
	}
	v, sender := c.moveOut()
	c.receiver = nil
	c.mu.Unlock()
	if sender != nil {
		sender.Wake()
	}
	cx.Spend()
	return v, true, true
}

// moveOut takes the first value and lets the first sender's in. The lock is held.
func (c *Channel[T]) moveOut() (v T, sender Waker) {
	v = c.values.pop()
	if w := c.senders.pop(); w != nil {
		c.moveIn(w)
		sender = w.settle(waitGranted)
	}
	return v, sender
}

// Cancel says that nobody waits to receive: it takes back the waker of the last poll. It does not
// close the channel.
func (c *Channel[T]) Cancel() {
	c.mu.Lock()
	c.receiver = nil
	c.mu.Unlock()
}

// TryRecv takes the next value if there is one. The error is nil, also if there is none now,
// or [ErrChannelClosed] when there will be none.
func (c *Channel[T]) TryRecv() (v T, ok bool, err error) {
	c.mu.Lock()
	if c.values.n == 0 {
		if c.closed {
			err = ErrChannelClosed
		}
		c.mu.Unlock()
		return v, false, err
	}
	v, sender := c.moveOut()
	c.mu.Unlock()
	if sender != nil {
		sender.Wake()
	}
	return v, true, nil
}

// RecvContext blocks the calling goroutine until there is a value. It returns
// [ErrChannelClosed], or the error of ctx if that is done before.
func (c *Channel[T]) RecvContext(ctx context.Context) (v T, err error) {
	if v, ok, err := c.TryRecv(); ok || err != nil {
		return v, err
	}
	r, err := Await(ctx, c.Recv())
	if err != nil {
		return v, err
	}
	return r.Get()
}
