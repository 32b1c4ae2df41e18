package future_test

import (
	"errors"
	"fmt"

	"github.com/goetia-go/goetia/future"
)

// fetch is a future that takes a few turns.
func fetch(name string, turns int, err error) future.Future[future.Result[string]] {
	return future.PollFunc[future.Result[string]](func(cx *future.Context) (r future.Result[string], ready bool) {
		if turns > 0 {
			turns--
			cx.Waker().Wake()
			return r, false
		}
		fmt.Println(name)
		return future.Result[string]{Value: name, Err: err}, true
	})
}

// The scope waits for its children, also for those that nobody awaits.
func ExampleInScope() {
	f := future.InScope(func(s *future.Scope) future.Future[future.Result[string]] {
		future.SpawnIn(s, fetch("log", 5, nil))
		return future.SpawnIn(s, fetch("page", 1, nil))
	})
	fmt.Println(future.BlockOn(f).Get())
	// Output:
	// page
	// log
	// page <nil>
}

// The first error ends what is left.
func ExampleSpawnIn() {
	f := future.InScope(func(s *future.Scope) future.Future[future.Result[string]] {
		future.SpawnIn(s, fetch("broken", 1, errors.New("no route")))
		future.SpawnIn(s, fetch("slow", 1000, nil))
		return future.Pending[future.Result[string]]()
	})
	fmt.Println(future.BlockOn(f).Get())
	// Output:
	// broken
	//  no route
}
