package future_test

import (
	"fmt"
	"time"

	"github.com/goetia-go/goetia/future"
)

func ExampleSelect() {
	won := future.BlockOn(future.Select(future.Pending[string](), future.Ready("b"), future.Ready("c")))
	fmt.Println(won.Index, won.Value)
	// Output: 1 b
}

func ExampleSelect2() {
	work, limit := future.Ready("the work is done"), future.After(time.Hour)
	won := future.BlockOn(future.Select2(work, limit))
	switch won.Index {
	case 0:
		fmt.Println(won.A)
	case 1:
		fmt.Println("too late at", won.B)
	}
	// Output: the work is done
}

func ExampleSelect3() {
	won := future.BlockOn(future.Select3(future.Pending[int](), future.Ready("b"), future.Pending[bool]()))
	fmt.Println(won.Index, won.B)
	// Output: 1 b
}

func ExampleSelect4() {
	won := future.BlockOn(future.Select4(future.Pending[int](), future.Pending[string](), future.Yield(), future.Ready(4.5)))
	fmt.Println(won.Index, won.D)
	// Output: 3 4.5
}

func ExampleRace() {
	mirror := func(name string, takes time.Duration) future.Future[string] {
		return future.Map(future.After(takes), func(time.Time) string { return name })
	}
	fmt.Println(future.BlockOn(future.Race(mirror("far", time.Hour), mirror("near", time.Millisecond))))
	// Output: near
}
