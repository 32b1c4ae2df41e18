package future_test

import (
	"context"
	"fmt"

	"github.com/goetia-go/goetia/future"
)

// A shutdown that waits for what has begun.
func ExampleTracker() {
	var tracker future.Tracker
	var l future.Local
	for range 3 {
		future.Spawn(&l, future.Track(&tracker, future.Yield()))
	}
	fmt.Println(tracker.Len(), "tasks")

	tracker.Close()
	shutdown := future.Spawn(&l, tracker.Wait())
	_ = l.Run(context.Background())
	fmt.Println(shutdown.Finished(), tracker.Len())
	// Output:
	// 3 tasks
	// true 0
}

func ExampleTracker_WaitContext() {
	var tracker future.Tracker
	tracker.Add()
	go func() {
		defer tracker.Done()
	}()
	tracker.Close()
	fmt.Println(tracker.WaitContext(context.Background()))
	// Output: <nil>
}
