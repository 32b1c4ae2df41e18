package future_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/goetia-go/goetia/future"
)

func ExampleBlockOn() {
	f := future.Map(future.After(time.Millisecond), func(time.Time) string { return "a millisecond later" })
	fmt.Println(future.BlockOn(f))
	// Output: a millisecond later
}

func ExampleBlockOnWith() {
	p := future.NewParker() // may be used again
	for i := range 2 {
		fmt.Println(future.BlockOnWith(p, future.Ready(i)))
	}
	// Output:
	// 0
	// 1
}

func ExampleAwait() {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := future.Await(ctx, future.Pending[int]())
	fmt.Println(err)
	// Output: context canceled
}

func ExampleSpawn() {
	var l future.Local
	task := future.Spawn(&l, future.Ready("a result"))
	if err := l.Run(context.Background()); err != nil {
		fmt.Println(err)
	}
	r, _ := task.Result()
	fmt.Println(r.Get())
	// Output: a result <nil>
}

func ExampleSpawnWith() {
	var l future.Local
	say := func(s string) future.Future[int] {
		return future.Lazy(func() future.Future[int] { return future.Ready(first(fmt.Println(s))) })
	}
	future.SpawnWith(&l, future.TaskOptions{Priority: future.Low}, say("low"))
	future.SpawnWith(&l, future.TaskOptions{Priority: future.High}, say("high"))
	_ = l.Run(context.Background())
	// Output:
	// high
	// low
}

func first[A, B any](a A, _ B) A { return a }

func ExampleSpawnMany() {
	var l future.Local
	tasks := future.SpawnMany(&l, future.Ready(1), future.Ready(2), future.Ready(3))
	_ = l.Run(context.Background())
	for _, t := range tasks {
		r, _ := t.Result()
		fmt.Print(r.Value, " ")
	}
	// Output: 1 2 3
}

func ExampleRunUntil() {
	var l future.Local
	defer l.Close()
	future.Spawn(&l, future.Pending[int]()) // goes on, if somebody drives l again
	v, err := future.RunUntil(context.Background(), &l, future.Ready(7))
	fmt.Println(v, err)
	// Output: 7 <nil>
}

func ExampleLocal() {
	var l future.Local
	count := 0 // no lock: tasks of one Local run one at a time
	for range 1000 {
		future.Spawn(&l, future.Map(future.Yield(), func(struct{}) int { count++; return count }))
	}
	err := l.Run(context.Background())
	fmt.Println(count, err)
	// Output: 1000 <nil>
}

func ExampleTask_Cancel() {
	var l future.Local
	task := future.Spawn(&l, future.Pending[int]())
	task.Cancel()
	_ = l.Run(context.Background())
	r, _ := task.Result()
	fmt.Println(errors.Is(r.Err, future.ErrCanceled), errors.Is(r.Err, context.Canceled))
	// Output: true true
}

func ExampleTask_Detach() {
	var l future.Local
	task := future.Spawn(&l, future.Map(future.Yield(), func(struct{}) string { return "it went on" }))
	// Race would cancel the task that loses.
	future.Spawn(&l, future.Race[future.Result[string]](task.Detach(), future.Ready(future.Result[string]{Value: "first"})))
	_ = l.Run(context.Background())
	r, _ := task.Result()
	fmt.Println(r.Value)
	// Output: it went on
}

func ExampleTrack() {
	var t future.Tracker
	f := future.Track(&t, future.Ready(1))
	t.Close()
	fmt.Println(t.Len())
	future.BlockOn(future.Join2(f, t.Wait()))
	fmt.Println(t.Len())
	// Output:
	// 1
	// 0
}
