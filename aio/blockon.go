package aio

import (
	"context"

	"github.com/goetia-go/goetia/future"
)

// BlockOn polls a future on the calling goroutine until it is ready. In between it drives the
// Loop, if nobody else does, and parks otherwise.
func BlockOn[T any](l *Loop, f future.Future[T]) T { return future.BlockOnWith(l.Parker(), f) }

// Await is [BlockOn] until ctx is done: then it cancels the future and returns the error of ctx.
func Await[T any](ctx context.Context, l *Loop, f future.Future[T]) (T, error) {
	if ctx.Done() == nil {
		return BlockOn(l, f), nil
	}
	until := &limited[T]{ctx: ctx, f: f}
	defer context.AfterFunc(ctx, until.slot.Wake)()
	r := BlockOn(l, until)
	return r.Get()
}

// limited is a future that ends with a context.
type limited[T any] struct {
	ctx  context.Context
	f    future.Future[T]
	slot future.Slot
}

func (u *limited[T]) Poll(cx *future.Context) (future.Result[T], bool) {
	u.slot.Register(cx.Waker())
	if v, ready := u.f.Poll(cx); ready {
		u.slot.Clear()
		return future.Result[T]{Value: v}, true
	}
	if err := u.ctx.Err(); err != nil {
		future.Cancel(u.f)
		return future.Result[T]{Err: err}, true
	}
	return future.Result[T]{}, false
}

// NewLocal makes an executor that drives the Loop while it is idle, and whose tasks' timers
// go by the Loop. A Clock in the options is kept; a Parker is not.
func (l *Loop) NewLocal(opts future.LocalOptions) *future.Local {
	opts.Parker = l.Parker()
	if opts.Clock == nil {
		opts.Clock = l.Clock()
	}
	return future.NewLocal(opts)
}
