package future_test

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/goetia-go/goetia/future"
)

// A call that blocks, awaited by a task.
func ExampleGo() {
	f := future.Go(func(context.Context) (os.FileInfo, error) { return os.Stat(".") })
	r := future.BlockOn(f)
	fmt.Println(r.Value.IsDir(), r.Err)
	// Output: true <nil>
}

// A function that has begun goes on when its future is cancelled; its context tells it.
func ExampleGoIn() {
	pool := future.NewPool(future.PoolOptions{Max: 1, IdleTimeout: time.Second})
	began := make(chan struct{})
	f := future.GoIn(pool, func(ctx context.Context) (int, error) {
		close(began)
		<-ctx.Done()
		fmt.Println("stops:", ctx.Err())
		return 0, ctx.Err()
	})
	queued := future.GoIn(pool, func(context.Context) (int, error) {
		fmt.Println("never called")
		return 0, nil
	})
	<-began
	stats := pool.Stats()
	fmt.Println(stats.Running, "running,", stats.Queued, "queued")
	future.Cancel(queued)
	future.Cancel(f)
	_ = pool.Wait(context.Background())
	_ = pool.Close()
	// Output:
	// 1 running, 1 queued
	// stops: context canceled
}

func ExamplePool_Close() {
	pool := future.NewPool(future.PoolOptions{})
	_ = pool.Close()
	f := future.GoIn(pool, func(context.Context) (int, error) { return 1, nil })
	fmt.Println(future.BlockOn(f).Get())
	// Output: 0 future: pool closed
}
