package future_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/goetia-go/goetia/future"
)

// A goroutine sends and a task receives.
func ExampleChannel() {
	c := future.NewChannel[int](2)
	go func() {
		defer c.Close()
		for i := range 5 {
			if c.SendContext(context.Background(), i*i) != nil {
				return
			}
		}
	}()
	sum := 0
	fmt.Println(future.BlockOn(future.PollFunc[int](func(cx *future.Context) (int, bool) {
		for {
			v, ok, ready := c.PollNext(cx)
			if !ready {
				return 0, false
			}
			if !ok {
				return sum, true
			}
			sum += v
		}
	})))
	// Output: 30
}

// A send that is given up keeps its value.
func ExampleSending_Unsent() {
	c := future.NewChannel[string](1)
	fmt.Println(c.TrySend("first"), c.TrySend("second"))

	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	send := c.Send("third")
	_, err := future.Await(ctx, send)
	value, unsent := send.Unsent()
	fmt.Println(err, value, unsent)
	// Output:
	// <nil> future: channel full
	// context canceled third true
}

func ExampleChannel_Close() {
	c := future.NewChannel[string](1)
	_ = c.TrySend("the last")
	c.Close()
	for range 2 {
		fmt.Println(future.BlockOn(c.Recv()).Get())
	}
	// Output:
	// the last <nil>
	//  future: channel closed
}

// An answer that a goroutine gives to a task, or does not.
func ExampleOneshot() {
	ask := func(question string) future.Future[future.Result[int]] {
		answer := new(future.Oneshot[int])
		go func() {
			defer answer.Close()
			if question == "6 * 7" {
				answer.Send(42)
			}
		}()
		return answer
	}
	fmt.Println(future.BlockOn(ask("6 * 7")).Get())
	fmt.Println(future.BlockOn(ask("why")).Get())
	// Output:
	// 42 <nil>
	// 0 future: channel closed
}

// A subscriber that is too slow is told what it has missed.
func ExampleBroadcast() {
	b := future.NewBroadcast[int](2)
	s := b.Subscribe()
	defer s.Close()
	for i := range 5 {
		b.Send(i)
	}
	b.Close()
	for {
		v, err := s.RecvContext(context.Background())
		var lag *future.LagError
		switch {
		case errors.As(err, &lag):
			fmt.Println(lag.Missed, "missed")
		case err != nil:
			fmt.Println(err)
			return
		default:
			fmt.Println(v)
		}
	}
	// Output:
	// 3 missed
	// 3
	// 4
	// future: channel closed
}

// A configuration that changes.
func ExampleWatch() {
	config := future.NewWatch("v1")
	watcher := config.Watcher()
	config.Set("v2")
	config.Update(func(s string) string { return s + ".1" })
	fmt.Println(future.BlockOn(watcher.Changed()).Get())
	fmt.Println(config.Get())
	// Output:
	// v2.1 <nil>
	// v2.1
}
