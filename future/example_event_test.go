package future_test

import (
	"context"
	"fmt"
	"math"
	"sync/atomic"
	"time"

	"github.com/goetia-go/goetia/future"
)

// A flag that goroutines and tasks wait for.
func ExampleEvent() {
	var raised atomic.Bool
	var event future.Event

	wait := func(ctx context.Context) error {
		for !raised.Load() {
			l := event.Listen()
			if raised.Load() { // it was raised before we listened
				l.Cancel()
				return nil
			}
			if err := l.Wait(ctx); err != nil {
				return err
			}
		}
		return nil
	}

	go func() {
		raised.Store(true)
		event.Notify(math.MaxInt)
	}()
	fmt.Println(wait(context.Background()))
	// Output: <nil>
}

// A notification that went to somebody who has given up goes to the next.
func ExampleEvent_Notify() {
	var event future.Event
	first, second := event.Listen(), event.Listen()
	event.Notify(1)
	event.Notify(1) // the first one was notified and has not seen it: that is enough
	first.Cancel()
	future.BlockOn(second)
	fmt.Println(event.Listeners(), "listeners")
	// Output: 0 listeners
}

func ExampleEvent_NotifyAdditional() {
	var event future.Event
	first, second := event.Listen(), event.Listen()
	event.NotifyAdditional(1)
	event.NotifyAdditional(1)
	future.BlockOn(first)
	future.BlockOn(second)
	fmt.Println("both")
	// Output: both
}

func ExampleListener_WaitDeadline() {
	var event future.Event
	fmt.Println(event.Listen().WaitDeadline(time.Now().Add(time.Millisecond)))
	// Output: false
}
