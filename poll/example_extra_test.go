package poll_test

import (
	"fmt"
	"log"
	"time"

	"github.com/goetia-go/goetia/poll"
)

// A timer, and an event that another goroutine makes happen, beside whatever sources
// there are.
func ExamplePoller_AddTimer() {
	p, err := poll.New()
	if err != nil {
		log.Fatal(err)
	}
	defer p.Close()
	const ticks, work poll.Key = 1, 2
	timer, err := p.AddTimer(ticks, time.Millisecond, 0)
	if err != nil {
		log.Fatal(err)
	}
	post, err := p.AddPost(work)
	if err != nil {
		log.Fatal(err)
	}
	events := make([]poll.Event, 8)
	for done := false; !done; {
		n, err := p.Wait(events, -1)
		if err != nil {
			log.Fatal(err)
		}
		for _, ev := range events[:n] {
			switch ev.Key {
			case ticks:
				fmt.Println("expired", timer.Take())
				go func() {
					if err := post.Post(); err != nil {
						log.Print(err)
					}
				}()
			case work:
				fmt.Println("posted", post.Take())
				done = true
			}
		}
	}
	// Output:
	// expired 1
	// posted 1
}
