package future

import "context"

// BlockOn polls a future on the calling goroutine until it is ready, and waits in between.
func BlockOn[T any](f Future[T]) T { return BlockOnWith(NewParker(), f) }

// BlockOnWith is [BlockOn] with a Parker to wait in.
func BlockOnWith[T any](p Parker, f Future[T]) T {
	cx := NewContext(&unparker{p})
	for {
		if v, ready := f.Poll(cx); ready {
			return v
		}
		p.Park(true)
	}
}

// Await is [BlockOn] until ctx is done: then it cancels the future and returns the error of ctx.
func Await[T any](ctx context.Context, f Future[T]) (T, error) {
	if ctx.Done() == nil {
		return BlockOn(f), nil
	}
	w := &unparker{NewParker()}
	defer context.AfterFunc(ctx, w.Unpark)()
	for cx := NewContext(w); ; w.Park(true) {
		if v, ready := f.Poll(cx); ready {
			return v, nil
		}
		if err := ctx.Err(); err != nil {
			Cancel(f)
			var none T
			return none, err
		}
	}
}
