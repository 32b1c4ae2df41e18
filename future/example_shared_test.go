package future_test

import (
	"fmt"
	"sync"

	"github.com/goetia-go/goetia/future"
)

func ExampleShare() {
	a := future.Share(future.Map(future.Ready(20), func(v int) int {
		fmt.Println("computed once")
		return v + 1
	}))
	b := a.Clone()
	fmt.Println(future.BlockOn[int](a), future.BlockOn[int](b))
	// Output:
	// computed once
	// 21 21
}

// Any number of goroutines wait for the same future.
func ExampleShared() {
	s := future.Share(future.Map(future.Yield(), func(struct{}) string { return "for all" }))
	var wg sync.WaitGroup
	for range 3 {
		handle := s.Clone()
		wg.Go(func() { fmt.Println(future.BlockOn[string](handle)) })
	}
	s.Cancel() // this handle; the others go on
	wg.Wait()
	// Output:
	// for all
	// for all
	// for all
}
