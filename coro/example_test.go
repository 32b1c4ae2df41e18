package coro_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/goetia-go/goetia/coro"
	"github.com/goetia-go/goetia/future"
)

func ExampleSpawn() {
	var l future.Local
	for _, name := range []string{"a", "b"} {
		coro.Spawn(&l, func(co *coro.Co) {
			for i := range 2 {
				fmt.Println(name, i)
				co.Yield()
			}
		})
	}
	_ = l.Run(context.Background())
	// Output:
	// a 0
	// b 0
	// a 1
	// b 1
}

func ExampleSpawnFunc() {
	var l future.Local
	sum := coro.SpawnFunc(&l, func(co *coro.Co) int {
		return coro.Await(co, future.Ready(2)) + coro.Await(co, future.Ready(3))
	})
	r, err := future.RunUntil(context.Background(), &l, sum)
	fmt.Println(r.Value, err)
	// Output: 5 <nil>
}

// A coroutine is a future: it can be combined with others, and be cancelled.
func ExampleNew() {
	slow := coro.New(func(co *coro.Co) string {
		defer fmt.Println("the slow one has cleaned up")
		co.Sleep(time.Hour)
		return "slow"
	})
	quick := coro.New(func(co *coro.Co) string {
		co.Yield()
		return "quick"
	})
	fmt.Println(future.BlockOn(future.Race(slow, quick)))
	// Output:
	// the slow one has cleaned up
	// quick
}

// Await is for futures of all kinds, also for tasks and for functions that block.
func ExampleAwait() {
	var l future.Local
	coro.Spawn(&l, func(co *coro.Co) {
		task := future.Spawn(&l, future.Ready("a task"))
		fmt.Println(coro.Await(co, task).Value)

		_, err := coro.Await(co, future.Timeout(future.Pending[int](), time.Millisecond)).Get()
		fmt.Println(err, errors.Is(err, context.DeadlineExceeded))
	})
	_ = l.Run(context.Background())
	// Output:
	// a task
	// future: timeout true
}

func ExampleEach() {
	var l future.Local
	coro.Spawn(&l, func(co *coro.Co) {
		for v := range coro.Each(co, future.StreamOf(1, 2, 3, 4)) {
			if v == 3 {
				break // which cancels the stream
			}
			fmt.Println(v)
		}
	})
	_ = l.Run(context.Background())
	// Output:
	// 1
	// 2
}

func ExampleCo_Yield() {
	var l future.Local
	coro.Spawn(&l, func(co *coro.Co) {
		fmt.Println("first")
		co.Yield()
		fmt.Println("third")
	})
	coro.Spawn(&l, func(*coro.Co) { fmt.Println("second") })
	_ = l.Run(context.Background())
	// Output:
	// first
	// second
	// third
}

// Others have their turn while a coroutine sleeps.
func ExampleCo_Sleep() {
	var l future.Local
	coro.Spawn(&l, func(co *coro.Co) {
		co.Sleep(time.Millisecond)
		fmt.Println("awake")
	})
	coro.Spawn(&l, func(*coro.Co) { fmt.Println("meanwhile") })
	_ = l.Run(context.Background())
	// Output:
	// meanwhile
	// awake
}

func ExampleCo_Clock() {
	var l future.Local
	coro.Spawn(&l, func(co *coro.Co) {
		began := co.Clock().Now()
		co.Sleep(time.Millisecond)
		fmt.Println(co.Clock().Now().Sub(began) >= time.Millisecond)
	})
	_ = l.Run(context.Background())
	// Output: true
}

// A future that is polled by hand.
func ExampleCo_Context() {
	var l future.Local
	coro.Spawn(&l, func(co *coro.Co) {
		never := future.Pending[int]()
		_, ready := never.Poll(co.Context())
		fmt.Println(ready)
	})
	_ = l.Run(context.Background())
	// Output: false
}
