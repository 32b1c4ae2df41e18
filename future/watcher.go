package future

import "context"

// Watcher is one who watches a [Watch]. One goroutine or task at a time uses it.
type Watcher[T any] struct {
	of   *Watch[T]
	seen uint64
	w    waiter[struct{}]
}

// Latest is the value of now, which counts as seen.
func (w *Watcher[T]) Latest() T {
	w.of.mu.Lock()
	defer w.of.mu.Unlock()
	w.seen = w.of.version
	return w.of.value
}

// Changed is a future of the newest value, once there is one that this Watcher has not seen. Its
// error is [ErrChannelClosed] when there will be none. It may be used again and again, and is not
// allocated.
func (w *Watcher[T]) Changed() Future[Result[T]] { return changed[T]{w} }

type changed[T any] struct{ *Watcher[T] }

// Poll implements [Future].
func (c changed[T]) Poll(cx *Context) (Result[T], bool) {
	v, ok, ready := c.PollNext(cx)
	if ready && !ok {
		return Result[T]{Err: ErrChannelClosed}, true
	}
	return Result[T]{Value: v}, ready
}

// PollNext makes a Watcher a [Stream] of values that ends when the Watch is closed.
func (w *Watcher[T]) PollNext(cx *Context) (v T, ok, ready bool) {
	of := w.of
	of.mu.Lock()
	if w.seen == of.version {
		switch {
		case of.closed:
			ready = true
		case w.w.state == waitQueued:
			w.w.waker = cx.Waker()
		default:
			of.waiting.push(&w.w, cx.Waker())
		}
		of.mu.Unlock()
		return v, false, ready
	}
	if ready = !cx.exhausted(); ready {
		v, w.seen = of.value, of.version
	}
	of.mu.Unlock()
	cx.Spend()
	return v, ready, ready
}

// ChangedContext blocks the calling goroutine until there is a value that this Watcher has not
// seen. It returns [ErrChannelClosed], or the error of ctx if that is done before.
func (w *Watcher[T]) ChangedContext(ctx context.Context) (v T, err error) {
	r, err := Await(ctx, w.Changed())
	if err != nil {
		return v, err
	}
	return r.Get()
}

// Cancel takes back the waker of the last poll.
func (w *Watcher[T]) Cancel() {
	w.of.mu.Lock()
	w.of.waiting.leave(&w.w)
	w.of.mu.Unlock()
}
