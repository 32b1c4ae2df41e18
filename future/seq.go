package future

import (
	"context"
	"iter"
)

// FromSeq is the values of a sequence, which runs when the stream is polled and must not block.
// Cancelling the stream ends it.
func FromSeq[T any](seq iter.Seq[T]) Stream[T] { return &fromSeq[T]{seq: seq} }

type fromSeq[T any] struct {
	// seq is nil when it has been started.
	seq  iter.Seq[T]
	pull func() (T, bool)
	stop func()
}

func (f *fromSeq[T]) PollNext(cx *Context) (v T, ok, ready bool) {
	if f.seq != nil {
		f.pull, f.stop = iter.Pull(f.seq)
		f.seq = nil
	}
	if f.pull == nil {
		return v, false, true
	}
	if !cx.Spend() {
		return v, false, false
	}
	if v, ok = f.pull(); !ok {
		f.Cancel()
	}
	return v, ok, true
}

func (f *fromSeq[T]) Cancel() {
	stop := f.stop
	f.seq, f.pull, f.stop = nil, nil, nil
	if stop != nil {
		stop()
	}
}

// ToSeq is the items of a stream as a sequence for the calling goroutine, which waits for each of
// them. It ends with the stream, or when ctx is done; whoever wants to know which it was asks
// ctx. When the loop over it ends, the stream is cancelled: it can be used once.
func ToSeq[T any](ctx context.Context, s Stream[T]) iter.Seq[T] {
	return func(yield func(T) bool) {
		from := flow(s)
		defer from.Cancel()
		w := &unparker{NewParker()}
		if ctx.Done() != nil {
			defer context.AfterFunc(ctx, w.Unpark)()
		}
		for cx := NewContext(w); ctx.Err() == nil; {
			switch v, ok, ready := from.next(cx); {
			case !ready:
				if ctx.Err() == nil {
					w.Park(true)
				}
			case !ok || !yield(v):
				return
			}
		}
	}
}
