package aio

import (
	"context"
	"sync/atomic"

	"github.com/goetia-go/goetia/future"
)

// offload is work that package net or os does on a goroutine of its own, which is parked in
// the Go runtime's poller for most of the time. It starts when it is first polled, and is
// told by its context when it is cancelled. If it panics, as a function of a net.Dialer may, whoever
// polls does; if nobody does any more, that is dropped like a value.
type offload[T any] struct {
	work func(ctx context.Context) (T, error)
	// drop, if not nil, gets a value that nobody wants any more.
	drop func(T)

	slot   future.Slot
	stop   context.CancelFunc
	state  atomic.Uint32
	result future.Result[T]
}

// The states of an offload.
const (
	working = iota
	ended
	unwanted
)

func (o *offload[T]) start() {
	ctx, stop := context.WithCancel(context.Background())
	o.stop = stop
	go func() {
		returned := false
		defer func() {
			if !returned {
				o.result.Err = panicked(recover())
			}
			if o.state.CompareAndSwap(working, ended) {
				o.slot.Wake()
			} else if o.result.Err == nil && o.drop != nil {
				o.drop(o.result.Value)
			}
			stop()
		}()
		o.result.Value, o.result.Err = o.work(ctx)
		returned = true
	}()
}

// Poll implements [future.Future].
func (o *offload[T]) Poll(cx *future.Context) (future.Result[T], bool) {
	if o.stop == nil {
		o.start()
	}
	o.slot.Register(cx.Waker())
	if o.state.Load() != ended {
		return future.Result[T]{}, false
	}
	o.slot.Clear()
	_ = raise(o.result.Err)
	return o.result, true
}

// Cancel implements [future.Canceler].
func (o *offload[T]) Cancel() {
	o.slot.Clear()
	if o.stop == nil {
		return
	}
	o.stop()
	if !o.state.CompareAndSwap(working, unwanted) && o.state.CompareAndSwap(ended, unwanted) {
		if o.result.Err == nil && o.drop != nil {
			o.drop(o.result.Value)
		}
	}
}

// taken says that the value has found its owner: a later Cancel does not drop it.
func (o *offload[T]) taken() { o.state.Store(unwanted) }
