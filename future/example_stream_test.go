package future_test

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/goetia-go/goetia/future"
)

// show prints the items of a stream.
func show[T any](s future.Stream[T]) { fmt.Println(future.BlockOn(future.Collect(s))) }

func even(v int) bool { return v%2 == 0 }

func ExampleStreamOf() {
	show(future.StreamOf(1, 2, 3))
	// Output: [1 2 3]
}

func ExampleStreamFunc() {
	n := 3
	show[int](future.StreamFunc[int](func(*future.Context) (v int, ok, ready bool) {
		n--
		return n, n >= 0, true
	}))
	// Output: [2 1 0]
}

func ExampleFuseStream() {
	s := future.FuseStream(future.StreamOf(1))
	show(s)
	show(s) // which may not be done with a stream that is at its end
	// Output:
	// [1]
	// []
}

func ExampleMapEach() {
	show(future.MapEach(future.StreamOf("a", "b"), strings.ToUpper))
	// Output: [A B]
}

func ExampleEnumerate() {
	show(future.Enumerate(future.StreamOf("a", "b")))
	// Output: [{0 a} {1 b}]
}

func ExampleThenEach() {
	show(future.ThenEach(future.StreamOf(3, 1), later))
	// Output: [3 1]
}

func ExampleFilter() {
	show(future.Filter(future.StreamOf(1, 2, 3, 4), even))
	// Output: [2 4]
}

func ExampleFilterMap() {
	show(future.FilterMap(future.StreamOf("1", "x", "3"), func(s string) (v int, ok bool) {
		_, err := fmt.Sscan(s, &v)
		return v, err == nil
	}))
	// Output: [1 3]
}

func ExampleTake() {
	show(future.Take(future.StreamOf(1, 2, 3), 2))
	// Output: [1 2]
}

func ExampleTakeWhile() {
	show(future.TakeWhile(future.StreamOf(2, 4, 5, 6), even))
	// Output: [2 4]
}

func ExampleSkip() {
	show(future.Skip(future.StreamOf(1, 2, 3), 2))
	// Output: [3]
}

func ExampleChunks() {
	show(future.Chunks(future.StreamOf(1, 2, 3, 4, 5), 2))
	// Output: [[1 2] [3 4] [5]]
}

func ExampleZip() {
	show(future.Zip(future.StreamOf(1, 2, 3), future.StreamOf("a", "b")))
	// Output: [{1 a} {2 b}]
}

func ExampleChain() {
	show(future.Chain(future.StreamOf(1, 2), future.StreamOf(3)))
	// Output: [1 2 3]
}

func ExampleMerge() {
	show(future.Merge(future.StreamOf("a", "b"), future.StreamOf("1", "2")))
	// Output: [a 1 b 2]
}

func ExampleFold() {
	fmt.Println(future.BlockOn(future.Fold(future.StreamOf(1, 2, 3), 0, func(a, v int) int { return a + v })))
	// Output: 6
}

func ExampleForEach() {
	future.BlockOn(future.ForEach(future.StreamOf(1, 2), func(v int) { fmt.Println(v) }))
	// Output:
	// 1
	// 2
}

func ExampleCollect() {
	fmt.Println(future.BlockOn(future.Collect(future.StreamOf(1, 2))))
	// Output: [1 2]
}

func ExampleNext() {
	s := future.StreamOf("only")
	fmt.Println(future.BlockOn(future.Next(s)))
	fmt.Println(future.BlockOn(future.Next(s)))
	// Output:
	// {only true}
	// { false}
}

func ExampleFromSeq() {
	show(future.FromSeq(slices.Values([]int{1, 2, 3})))
	// Output: [1 2 3]
}

func ExampleToSeq() {
	for v := range future.ToSeq(context.Background(), future.StreamOf(1, 2, 3)) {
		if v == 3 {
			break // cancels the stream
		}
		fmt.Println(v)
	}
	// Output:
	// 1
	// 2
}

func ExampleFromChan() {
	ch := make(chan int)
	go func() {
		defer close(ch)
		for i := range 3 {
			ch <- i
		}
	}()
	show(future.FromChan(ch))
	// Output: [0 1 2]
}

func ExampleToChan() {
	ch := make(chan int)
	go future.BlockOn(future.ToChan(future.StreamOf(1, 2, 3), ch))
	for v := range ch {
		fmt.Println(v)
	}
	// Output:
	// 1
	// 2
	// 3
}
