package future_test

import (
	"fmt"

	"github.com/goetia-go/goetia/future"
)

// later is v, and takes v polls more than a future that is ready at once.
func later(v int) future.Future[int] {
	left := v
	return future.PollFunc[int](func(cx *future.Context) (int, bool) {
		if left == 0 {
			return v, true
		}
		left--
		cx.Waker().Wake()
		return 0, false
	})
}

func ExampleUnordered() {
	var set future.Unordered[int]
	for _, n := range []int{20, 1, 10} {
		set.Push(later(n))
	}
	fmt.Println(future.BlockOn(future.Collect[int](&set)))
	// Output: [1 10 20]
}

func ExampleOrdered() {
	var set future.Ordered[int]
	for _, n := range []int{20, 1, 10} {
		set.Push(later(n))
	}
	fmt.Println(future.BlockOn(future.Collect[int](&set)))
	// Output: [20 1 10]
}

func ExampleBuffered() {
	downloads := future.MapEach(future.StreamOf(3, 1, 2), later)
	fmt.Println(future.BlockOn(future.Collect(future.Buffered(downloads, 2)))) // two at a time
	// Output: [3 1 2]
}

func ExampleBufferUnordered() {
	downloads := future.MapEach(future.StreamOf(30, 1, 10), later)
	fmt.Println(future.BlockOn(future.Collect(future.BufferUnordered(downloads, 3))))
	// Output: [1 10 30]
}
