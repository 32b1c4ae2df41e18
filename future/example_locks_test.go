package future_test

import (
	"context"
	"fmt"

	"github.com/goetia-go/goetia/future"
)

// Two tasks write in turn, and each holds the lock while it waits for something.
func ExampleMutex() {
	var m future.Mutex
	writer := func(name string) future.Future[struct{}] {
		lock := m.Lock()
		var guard future.Guard
		var wait future.Future[struct{}]
		return future.PollFunc[struct{}](func(cx *future.Context) (none struct{}, ready bool) {
			if wait == nil {
				if guard, ready = lock.Poll(cx); !ready {
					return none, false
				}
				fmt.Println(name, "begins")
				wait = future.Yield()
			}
			if _, ready = wait.Poll(cx); ready {
				fmt.Println(name, "ends")
				guard.Unlock()
			}
			return none, ready
		})
	}
	var l future.Local
	future.SpawnMany(&l, writer("one"), writer("two"))
	fmt.Println(l.Run(context.Background()))
	// Output:
	// one begins
	// one ends
	// two begins
	// two ends
	// <nil>
}

// Goroutines use the same lock.
func ExampleMutex_LockContext() {
	var m future.Mutex
	guard, err := m.LockContext(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	defer guard.Unlock()
	_, ok := m.TryLock()
	fmt.Println("locked again:", ok)
	// Output: locked again: false
}

func ExampleRWMutex() {
	var m future.RWMutex
	a := future.BlockOn(m.RLock())
	b, ok := m.TryRLock()
	fmt.Println("two readers:", ok)
	_, ok = m.TryLock()
	fmt.Println("and a writer:", ok)
	a.Unlock()
	b.Unlock()
	future.BlockOn(m.Lock()).Unlock()
	// Output:
	// two readers: true
	// and a writer: false
}

// At most three units of work at a time, of which a large one takes two.
func ExampleSemaphore() {
	s := future.NewSemaphore(3)
	large, err := s.AcquireContext(context.Background(), 2)
	if err != nil {
		fmt.Println(err)
		return
	}
	small := future.BlockOn(s.Acquire(1))
	_, ok := s.TryAcquire(1)
	fmt.Println("one more:", ok)
	large.Release()
	small.Release()
	fmt.Println(s.Available(), "available")
	// Output:
	// one more: false
	// 3 available
}

// All three have done the first part before one of them goes on.
func ExampleBarrier() {
	b := future.NewBarrier(3)
	var l future.Local
	for i := range 3 {
		wait := b.Wait()
		future.Spawn(&l, future.PollFunc[struct{}](func(cx *future.Context) (none struct{}, ready bool) {
			leader, ready := wait.Poll(cx)
			if ready && leader {
				fmt.Println("task", i, "came last and leads")
			}
			return none, ready
		}))
	}
	_ = l.Run(context.Background())
	// Output: task 2 came last and leads
}
