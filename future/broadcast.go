package future

import "fmt"

// Broadcast gives every value to every subscriber. It keeps the last values, in a ring; sending
// never waits, and a subscriber that falls behind by more than the ring loses the oldest
// ones and is told how many.
//
// It is made by [NewBroadcast], must not be copied, and is safe for concurrent use.
type Broadcast[T any] struct {
	mu   mutex
	ring []T
	// sent is how many values there were. The last len(ring) of them are in the ring, each
	// at its number.
	sent        uint64
	subscribers int
	closed      bool
	waiting     waitList[struct{}]
}

// LagError is what a subscriber of a [Broadcast] gets that was too slow. The next value is the
// oldest that there still is.
type LagError struct {
	// Missed is how many values it did not get.
	Missed uint64
}

// Error says how many values were missed.
func (e *LagError) Error() string {
	return fmt.Sprintf("future: subscriber too slow: %d values missed", e.Missed)
}

// NewBroadcast makes a Broadcast that keeps n values. It panics if n is not positive.
func NewBroadcast[T any](n int) *Broadcast[T] {
	if n <= 0 {
		panic("future: NewBroadcast without room")
	}
	return &Broadcast[T]{ring: make([]T, n)}
}

// Send gives v to all subscribers and returns how many those are. Without any, and once the
// Broadcast is closed, the value is dropped.
func (b *Broadcast[T]) Send(v T) int {
	var woken wakers
	b.mu.Lock()
	n := b.subscribers
	if b.closed {
		n = 0
	}
	if n > 0 {
		b.ring[b.sent%uint64(len(b.ring))] = v
		b.sent++
		b.waiting.settleAll(waitIdle, &woken)
	}
	b.mu.Unlock()
	woken.wake()
	return n
}

// Close says that nothing more is sent. Subscribers get what they have not got yet, and then
// [ErrChannelClosed]. Further calls do nothing.
func (b *Broadcast[T]) Close() {
	var woken wakers
	b.mu.Lock()
	b.closed = true
	b.waiting.settleAll(waitIdle, &woken)
	b.mu.Unlock()
	woken.wake()
}

// Subscribe makes a subscriber that gets what is sent from here on. It must be closed when it is
// not needed any more.
func (b *Broadcast[T]) Subscribe() *Subscription[T] {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.subscribers++
	return &Subscription[T]{of: b, next: b.sent}
}
