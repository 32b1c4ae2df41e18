package future

import "context"

// Subscription is one subscriber of a [Broadcast]. One goroutine or task at a time uses it.
type Subscription[T any] struct {
	of *Broadcast[T]
	// next is the number of the next value.
	next   uint64
	w      waiter[struct{}]
	closed bool
}

// Recv is a future of the next value. Its error is a [*LagError] if values were lost, and
// [ErrChannelClosed] when there are no more. Cancelling it loses nothing. It may be used
// again and again, and is not allocated.
func (s *Subscription[T]) Recv() Future[Result[T]] { return subscribed[T]{s} }

type subscribed[T any] struct{ *Subscription[T] }

// Poll implements [Future].
func (s subscribed[T]) Poll(cx *Context) (Result[T], bool) {
	r, ok, ready := s.PollNext(cx)
	if ready && !ok {
		r.Err = ErrChannelClosed
	}
	return r, ready
}

// PollNext makes a Subscription a [Stream] of values, and of a [*LagError] where some were lost. It
// ends when the Broadcast was closed and everything was received.
func (s *Subscription[T]) PollNext(cx *Context) (r Result[T], ok, ready bool) {
	b := s.of
	b.mu.Lock()
	switch left := b.sent - s.next; {
	case s.closed, left == 0 && b.closed:
		b.mu.Unlock()
		return r, false, true
	case left == 0:
		if s.w.state == waitQueued {
			s.w.waker = cx.Waker()
		} else {
			b.waiting.push(&s.w, cx.Waker())
		}
		b.mu.Unlock()
		return r, false, false
	}
	if ready = !cx.exhausted(); ready {
		r = s.take()
	}
	b.mu.Unlock()
	cx.Spend()
	return r, ready, ready
}

// take is the next value, of which there is one. The lock is held.
func (s *Subscription[T]) take() (r Result[T]) {
	size := uint64(len(s.of.ring))
	if behind := s.of.sent - s.next; behind > size {
		s.next = s.of.sent - size
		r.Err = &LagError{behind - size}
		return r
	}
	r.Value = s.of.ring[s.next%size]
	s.next++
	return r
}

// RecvContext blocks the calling goroutine until there is a value. Its errors are those of Recv,
// and that of ctx if it is done before.
func (s *Subscription[T]) RecvContext(ctx context.Context) (v T, err error) {
	r, err := Await(ctx, s.Recv())
	if err != nil {
		return v, err
	}
	return r.Get()
}

// Cancel takes back the waker of the last poll. The Subscription remains.
func (s *Subscription[T]) Cancel() {
	s.of.mu.Lock()
	s.of.waiting.leave(&s.w)
	s.of.mu.Unlock()
}

// Close ends the subscription. Further calls do nothing.
func (s *Subscription[T]) Close() {
	b := s.of
	b.mu.Lock()
	defer b.mu.Unlock()
	b.waiting.leave(&s.w)
	if s.closed {
		return
	}
	s.closed = true
	if b.subscribers--; b.subscribers == 0 {
		clear(b.ring) // nobody will see what it refers to
	}
}
