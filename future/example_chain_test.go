package future_test

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/goetia-go/goetia/future"
)

// ok and failed are operations that have come to their end.
func ok[T any](v T) future.Future[future.Result[T]] { return future.Ready(future.Result[T]{Value: v}) }

func failed[T any](text string) future.Future[future.Result[T]] {
	return future.Ready(future.Result[T]{Err: errors.New(text)})
}

func ExampleMap() {
	f := future.Map(future.Ready(21), func(v int) string { return strconv.Itoa(2 * v) })
	fmt.Println(future.BlockOn(f))
	// Output: 42
}

func ExampleMapTry() {
	fmt.Println(future.BlockOn(future.MapTry(ok("42"), strconv.Atoi)).Get())
	fmt.Println(future.BlockOn(future.MapTry(failed[string]("no answer"), strconv.Atoi)).Get())
	// Output:
	// 42 <nil>
	// 0 no answer
}

func ExampleMapErr() {
	f := future.MapErr(failed[int]("no answer"), func(err error) error { return fmt.Errorf("ask: %w", err) })
	fmt.Println(future.BlockOn(f).Err)
	// Output: ask: no answer
}

func ExampleFlatten() {
	// Catch adds a result to one that is there.
	f := future.Flatten(future.Catch(failed[int]("no answer")))
	fmt.Println(future.BlockOn(f).Err)
	// Output: no answer
}

func ExampleThen() {
	f := future.Then(future.Ready(3), func(n int) future.Future[[]int] {
		return future.Join(future.Ready(n), future.Ready(n+1))
	})
	fmt.Println(future.BlockOn(f))
	// Output: [3 4]
}

func ExampleThenTry() {
	f := future.ThenTry(ok("user"), func(name string) future.Future[future.Result[int]] {
		return failed[int]("no such " + name)
	})
	fmt.Println(future.BlockOn(f).Err)
	// Output: no such user
}

func ExampleLazy() {
	f := future.Lazy(func() future.Future[int] {
		fmt.Println("begun")
		return future.Ready(1)
	})
	fmt.Println("made")
	fmt.Println(future.BlockOn(f))
	// Output:
	// made
	// begun
	// 1
}

func ExampleFuse() {
	cx := future.NewContext(future.WakerFunc(func() {}))
	f := future.Fuse(future.Ready(1))
	fmt.Println(f.Poll(cx))
	fmt.Println(f.Poll(cx))
	// Output:
	// 1 true
	// 0 false
}

func ExampleCatch() {
	f := future.Catch(future.Map(future.Ready(0), func(v int) int { return 1 / v }))
	var p *future.PanicError
	fmt.Println(errors.As(future.BlockOn(f).Err, &p), p.Value)
	// Output: true runtime error: integer divide by zero
}
