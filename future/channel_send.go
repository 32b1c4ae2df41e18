package future

import "context"

// Sending is a [Future] that sends a value to a [Channel]. Its error is nil or
// [ErrChannelClosed].
type Sending[T any] struct {
	channel *Channel[T]
	w       waiter[T]
}

// Send is a future that sends v. Its place in the queue is that of its first poll.
func (c *Channel[T]) Send(v T) *Sending[T] {
	s := &Sending[T]{channel: c}
	s.w.v = v
	return s
}

// Again makes a Sending that is over, or was cancelled, the future of another value, without
// allocating one.
func (s *Sending[T]) Again(v T) {
	s.Cancel()
	s.w.v, s.w.state = v, waitIdle
}

// Poll implements [Future].
func (s *Sending[T]) Poll(cx *Context) (r Result[struct{}], ready bool) {
	c := s.channel
	c.mu.Lock()
	var receiver Waker
	switch s.w.state {
	case waitIdle:
		switch {
		case c.closed:
			r.Err, ready = ErrChannelClosed, true
		case c.values.n == c.capacity:
			c.senders.push(&s.w, cx.Waker())
		case cx.exhausted():
			c.mu.Unlock()
			cx.Spend()
			return r, false
		default:
			c.moveIn(&s.w)
			s.w.state = waitOver
			receiver, ready = c.takeReceiver(), true
		}
	case waitQueued:
		s.w.waker = cx.Waker()
	case waitGranted:
		s.w.state, ready = waitOver, true
	case waitRefused:
		r.Err, ready = ErrChannelClosed, true
	case waitOver:
		ready = true
	}
	c.mu.Unlock()
	if receiver != nil {
		receiver.Wake()
	}
	if ready {
		cx.Spend()
	}
	return r, ready
}

// moveIn puts a sender's value into the channel. The lock is held, and there is room.
func (c *Channel[T]) moveIn(w *waiter[T]) {
	var none T
	c.values.push(w.v, c.capacity)
	w.v = none
}

// Cancel leaves the queue. The value stays with the Sending, unless it was sent already: Unsent
// tells.
func (s *Sending[T]) Cancel() {
	s.channel.mu.Lock()
	s.channel.senders.leave(&s.w)
	s.channel.mu.Unlock()
}

// Unsent is the value, if it was not sent: after Cancel, or after [ErrChannelClosed].
func (s *Sending[T]) Unsent() (v T, ok bool) {
	s.channel.mu.Lock()
	defer s.channel.mu.Unlock()
	if s.w.state == waitGranted || s.w.state == waitOver {
		return v, false
	}
	return s.w.v, true
}

// TrySend sends v if there is room. It returns [ErrChannelFull] or [ErrChannelClosed] if not.
func (c *Channel[T]) TrySend(v T) error {
	c.mu.Lock()
	switch {
	case c.closed:
		c.mu.Unlock()
		return ErrChannelClosed
	case c.values.n == c.capacity:
		c.mu.Unlock()
		return ErrChannelFull
	}
	c.values.push(v, c.capacity)
	receiver := c.takeReceiver()
	c.mu.Unlock()
	if receiver != nil {
		receiver.Wake()
	}
	return nil
}

// SendContext sends v and blocks the calling goroutine until there is room. It returns
// [ErrChannelClosed], or the error of ctx if that is done before; v was sent only if
// it returns nil.
func (c *Channel[T]) SendContext(ctx context.Context, v T) error {
	if err := c.TrySend(v); err != ErrChannelFull {
		return err
	}
	s := c.Send(v)
	r, err := Await(ctx, s)
	if err == nil {
		return r.Err
	}
	if _, unsent := s.Unsent(); !unsent {
		return nil // it was taken in when ctx was done
	}
	return err
}
