package future

// Context is what a future is polled with: whom to wake, how much it may do at once, and what
// time it is. It is valid during the poll only; the Waker may be kept for longer.
type Context struct {
	waker Waker
	clock Clock
	// left is how many more steps this poll may take; below zero they are not counted.
	left int
}

// NewContext is for those who poll futures by hand. The budget is not limited, and the clock is
// the system's.
func NewContext(w Waker) *Context { return &Context{waker: w, left: -1} }

// WithClock returns a context like cx whose futures go by another clock.
func (cx *Context) WithClock(c Clock) *Context {
	return &Context{waker: cx.waker, clock: c, left: cx.left}
}

// Waker is whom to wake when the future is worth polling again.
func (cx *Context) Waker() Waker { return cx.waker }

// Clock is what the future's timers go by.
func (cx *Context) Clock() Clock {
	if cx.clock == nil {
		return System
	}
	return cx.clock
}

// Spend takes one step from what this poll may still do. Leaf futures call it before they take
// something that is there, such as a value from a channel or bytes from a socket. If it
// returns false, the future returns that it is not ready; it will be polled again after
// others have had their turn. Without that a task whose channel is never
// empty would keep its executor to itself.
func (cx *Context) Spend() bool {
	switch {
	case cx.left < 0:
		return true
	case cx.left == 0:
		cx.waker.Wake()
		return false
	}
	cx.left--
	return true
}

// PollWith polls a future with another waker and otherwise as cx says: combinators
// do that whose children wake each for itself.
func PollWith[T any](cx *Context, w Waker, f Future[T]) (T, bool) {
	own := cx.waker
	cx.waker = w
	v, ready := f.Poll(cx)
	cx.waker = own
	return v, ready
}
