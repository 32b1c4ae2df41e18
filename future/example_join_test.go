package future_test

import (
	"fmt"

	"github.com/goetia-go/goetia/future"
)

func ExampleJoin() {
	fmt.Println(future.BlockOn(future.Join(future.Ready(1), future.Ready(2), future.Ready(3))))
	// Output: [1 2 3]
}

func ExampleJoin2() {
	t := future.BlockOn(future.Join2(future.Ready(1), future.Ready("two")))
	fmt.Println(t.A, t.B)
	// Output: 1 two
}

func ExampleJoin3() {
	t := future.BlockOn(future.Join3(future.Ready(1), future.Ready("two"), future.Ready(3.5)))
	fmt.Println(t.A, t.B, t.C)
	// Output: 1 two 3.5
}

func ExampleJoin4() {
	t := future.BlockOn(future.Join4(future.Ready(1), future.Ready("two"), future.Ready(3.5), future.Yield()))
	fmt.Println(t.A, t.B, t.C, t.D)
	// Output: 1 two 3.5 {}
}

func ExampleJoin5() {
	t := future.BlockOn(future.Join5(future.Ready(1), future.Ready("two"), future.Ready(3.5), future.Yield(), future.Ready('5')))
	fmt.Println(t.A, t.B, t.C, t.D, string(t.E))
	// Output: 1 two 3.5 {} 5
}

func ExampleTryJoin() {
	// Pending would never be ready; it is cancelled.
	never := future.Pending[future.Result[int]]()
	fmt.Println(future.BlockOn(future.TryJoin(ok(1), never, failed[int]("no answer"))).Err)
	fmt.Println(future.BlockOn(future.TryJoin(ok(1), ok(2))).Get())
	// Output:
	// no answer
	// [1 2] <nil>
}

func ExampleTryJoin2() {
	r := future.BlockOn(future.TryJoin2(ok(1), ok("two")))
	fmt.Println(r.Value.A, r.Value.B, r.Err)
	// Output: 1 two <nil>
}

func ExampleTryJoin3() {
	r := future.BlockOn(future.TryJoin3(ok(1), failed[string]("no two"), ok(3.5)))
	fmt.Println(r.Err)
	// Output: no two
}

func ExampleTryJoin4() {
	r := future.BlockOn(future.TryJoin4(ok(1), ok("two"), ok(3.5), ok(true)))
	fmt.Println(r.Value.A, r.Value.B, r.Value.C, r.Value.D)
	// Output: 1 two 3.5 true
}

func ExampleTryJoin5() {
	r := future.BlockOn(future.TryJoin5(ok(1), ok("two"), ok(3.5), ok(true), failed[int]("no five")))
	fmt.Println(r.Err)
	// Output: no five
}
