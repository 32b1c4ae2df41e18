package future

import "errors"

// ErrChannelFull is returned by [Channel.TrySend] if there is no room.
var ErrChannelFull = errors.New("future: channel full")

// Channel carries values from any number of senders to one receiver, and has room for some that
// were not received yet. Who sends when it is full waits, first come first served, so the values of
// each sender arrive in their order. Senders and the receiver are futures or goroutines.
//
// It is made by [NewChannel] and must not be copied. One receiver at a time uses Recv,
// RecvContext, TryRecv and PollNext; everything else is safe for concurrent use.
type Channel[T any] struct {
	capacity int
	mu       mutex
	values   valueQueue[T]
	closed   bool
	// senders wait; only while the channel is full, because room is given to
	// the first of them at once.
	senders  waitList[T]
	receiver Waker
}

// NewChannel makes a Channel with room for capacity values. It panics if that is not positive.
func NewChannel[T any](capacity int) *Channel[T] {
	if capacity <= 0 {
		panic("future: NewChannel without room")
	}
	return &Channel[T]{capacity: capacity}
}

// Close says that nothing more is sent. Senders that wait get [ErrChannelClosed] and keep their
// values; the receiver gets what is in the channel, and then ErrChannelClosed. Further calls do
// nothing. The sending or the receiving side may call it.
func (c *Channel[T]) Close() {
	var b wakers
	c.mu.Lock()
	c.closed = true
	c.senders.settleAll(waitRefused, &b)
	b.add(c.takeReceiver())
	c.mu.Unlock()
	b.wake()
}

// Len is how many values are in the channel, without those of senders that wait.
func (c *Channel[T]) Len() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.values.n
}

// Cap is for how many values there is room.
func (c *Channel[T]) Cap() int { return c.capacity }

// takeReceiver is whom to wake when there is something to receive. The lock is held.
func (c *Channel[T]) takeReceiver() Waker {
	w := c.receiver
	c.receiver = nil
	return w
}
