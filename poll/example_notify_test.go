package poll_test

import (
	"fmt"
	"log"

	"github.com/goetia-go/goetia/poll"
)

// Notify ends a Wait from another goroutine, for example because there is
// something else to do than what sockets bring.
func ExamplePoller_Notify() {
	p, err := poll.New()
	if err != nil {
		log.Fatal(err)
	}
	defer p.Close()

	work := make(chan string, 1)
	go func() {
		work <- "something else"
		if err := p.Notify(); err != nil {
			log.Fatal(err)
		}
	}()

	n, err := p.Wait(make([]poll.Event, 16), -1)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(n, "events")
	fmt.Println(<-work)
	// Output:
	// 0 events
	// something else
}
