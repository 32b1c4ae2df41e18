package coro

import (
	"iter"
	"runtime"

	"github.com/goetia-go/goetia/future"
)

// Each is a stream for a loop over its items, which waits for each. When the loop is left before the
// stream has ended, or the coroutine is cancelled in it, the stream is cancelled.
func Each[T any](co *Co, s future.Stream[T]) iter.Seq[T] {
	return func(yield func(T) bool) {
		co.enter("Each")
		over := false
		defer func() {
			if !over {
				future.Cancel(s)
			}
		}()
		for {
			v, ok := next(co, s)
			if !ok {
				over = true
				return
			}
			if !yield(v) {
				return
			}
		}
	}
}

// next waits for the next item. It returns false when the stream has ended.
func next[T any](co *Co, s future.Stream[T]) (T, bool) {
	co.enter("Each")
	for co.state != unwinding {
		if v, ok, ready := pollNext(co, s); ready {
			return v, ok
		}
		if !co.wait() {
			break
		}
	}
	runtime.Goexit()
	panic("not reached")
}

func pollNext[T any](co *Co, s future.Stream[T]) (v T, ok, ready bool) {
	co.polling = true
	defer co.polled()
	return s.PollNext(co.cx)
}
