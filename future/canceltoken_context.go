package future

import "context"

// TokenOf makes a [CancelToken] that is cancelled when ctx is, with its cause, or by itself. It
// must be cancelled when it is not needed any more, so that ctx lets go of it.
func TokenOf(ctx context.Context) *CancelToken {
	t := new(CancelToken)
	if ctx.Err() != nil {
		t.CancelCause(context.Cause(ctx))
		return t
	}
	stop := context.AfterFunc(ctx, func() { t.CancelCause(context.Cause(ctx)) })
	t.mu.Lock()
	t.unhook = stop
	t.mu.Unlock()
	return t
}

// Context makes a context that is done when parent is, or when t is cancelled: then its cause
// is that of t. The function that it returns lets go of both, and is called when the context is
// not needed any more.
func (t *CancelToken) Context(parent context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(parent)
	wait := t.Canceled()
	if wait.wait(WakerFunc(func() { cancel(t.Err()) })) {
		cancel(t.Err())
	}
	// A parent that is done first must not leave the token with the waker.
	stop := context.AfterFunc(ctx, wait.Cancel)
	return ctx, func() {
		cancel(nil)
		stop()
		wait.Cancel()
	}
}
