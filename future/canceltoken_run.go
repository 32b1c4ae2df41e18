package future

// UntilCanceled is f until t is cancelled: then it cancels f, and its error is why t was. A token
// that was cancelled before has f not polled at all.
func UntilCanceled[T any](t *CancelToken, f Future[T]) Future[Result[T]] {
	return &untilCanceled[T]{part: hold(f), canceled: Cancellation{token: t}}
}

type untilCanceled[T any] struct {
	part[T]
	canceled Cancellation
}

// Poll implements [Future].
func (u *untilCanceled[T]) Poll(cx *Context) (r Result[T], ready bool) {
	// Also when f panics the token, which may live on for long, lets go of us.
	over := true
	defer func() {
		if over {
			u.canceled.Cancel()
		}
	}()
	if _, canceled := u.canceled.Poll(cx); canceled {
		u.part.Cancel()
		return Result[T]{Err: u.canceled.token.Err()}, true
	}
	r.Value, ready = u.poll(cx)
	over = ready
	return r, ready
}

// Cancel cancels f.
func (u *untilCanceled[T]) Cancel() {
	u.canceled.Cancel()
	u.part.Cancel()
}
