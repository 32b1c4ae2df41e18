package future

import "fmt"

// Buffered runs up to n futures of a stream of futures at a time, and is the stream of their values
// in the order of the futures. It panics if n is not positive.
func Buffered[T any](s Stream[Future[T]], n int) Stream[T] {
	return &buffered[T, *Ordered[T]]{flow(s), new(Ordered[T]), room(n)}
}

// BufferUnordered is [Buffered] with the values in the order in which they are ready.
func BufferUnordered[T any](s Stream[Future[T]], n int) Stream[T] {
	return &buffered[T, *Unordered[T]]{flow(s), new(Unordered[T]), room(n)}
}

func room(n int) int {
	if n <= 0 {
		panic(fmt.Sprintf("future: a buffer of %d futures", n))
	}
	return n
}

// futureSet is Ordered or Unordered.
type futureSet[T any] interface {
	Stream[T]
	Canceler
	Push(f Future[T])
	Len() int
}

type buffered[T any, S futureSet[T]] struct {
	upstream[Future[T]]
	set S
	n   int
}

func (b *buffered[T, S]) PollNext(cx *Context) (v T, ok, ready bool) {
	for p := pace(0); b.s != nil && b.set.Len() < b.n; {
		if !p.first(cx) {
			return v, false, false
		}
		f, ok, ready := b.next(cx)
		if !ready {
			break
		}
		if ok {
			b.set.Push(f)
		}
	}
	v, ok, ready = b.set.PollNext(cx)
	// An empty set is the end only if nothing can be added to it.
	return v, ok, ready && (ok || b.s == nil)
}

func (b *buffered[T, S]) Cancel() {
	b.set.Cancel()
	b.upstream.Cancel()
}
