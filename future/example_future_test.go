package future_test

import (
	"fmt"

	"github.com/goetia-go/goetia/future"
)

func ExampleReady() {
	fmt.Println(future.BlockOn(future.Ready(42)))
	// Output: 42
}

func ExamplePending() {
	// Something else must be ready.
	fmt.Println(future.BlockOn(future.Race(future.Pending[string](), future.Ready("the other"))))
	// Output: the other
}

func ExamplePollFunc() {
	polls := 0
	f := future.PollFunc[string](func(cx *future.Context) (string, bool) {
		if polls++; polls < 3 {
			cx.Waker().Wake() // worth asking again at once
			return "", false
		}
		return "done", true
	})
	fmt.Println(future.BlockOn(f), "after", polls, "polls")
	// Output: done after 3 polls
}

func ExampleYield() {
	var l future.Local
	for _, name := range []string{"a", "b"} {
		future.Spawn(&l, future.Map(future.Yield(), func(struct{}) string {
			fmt.Println(name, "goes on")
			return name
		}))
	}
	l.TryTick() // a gives way to b
	fmt.Println("a has yielded")
	for l.TryTick() {
	}
	// Output:
	// a has yielded
	// a goes on
	// b goes on
}

func ExampleCancel() {
	ch := make(chan int)
	s := future.FromChan(ch) // waits in a goroutine
	future.Cancel(s)         // which ends
	item := future.BlockOn(future.Next(s))
	fmt.Println(item.OK)
	// Output: false
}

// A mailbox is an event of one's own: whoever delivers wakes whoever waits.
type mailbox struct {
	future.Slot
	letters chan string
}

func (m *mailbox) Poll(cx *future.Context) (string, bool) {
	m.Register(cx.Waker()) // first, so that nothing is missed between the look and this
	select {
	case s := <-m.letters:
		m.Clear()
		return s, true
	default:
		return "", false
	}
}

func (m *mailbox) Cancel() { m.Clear() }

func ExampleSlot() {
	m := &mailbox{letters: make(chan string, 1)}
	go func() {
		m.letters <- "hello"
		m.Wake()
	}()
	fmt.Println(future.BlockOn[string](m))
	// Output: hello
}

func ExampleWakerFunc() {
	cx := future.NewContext(future.WakerFunc(func() { fmt.Println("woken") }))
	future.Yield().Poll(cx)
	// Output: woken
}

func ExampleNewContext() {
	cx := future.NewContext(future.WakerFunc(func() {}))
	v, ready := future.Ready(1).Poll(cx)
	fmt.Println(v, ready)
	_, ready = future.Pending[int]().Poll(cx)
	fmt.Println(ready)
	// Output:
	// 1 true
	// false
}

func ExamplePollWith() {
	// A combinator that wants to know which of its children was woken has a waker for each.
	child := future.WakerFunc(func() { fmt.Println("the child is woken") })
	cx := future.NewContext(future.WakerFunc(func() { fmt.Println("the parent is woken") }))
	future.PollWith(cx, child, future.Yield())
	// Output: the child is woken
}
