package poll_test

import (
	"errors"
	"fmt"
	"log"

	"github.com/goetia-go/goetia/poll"
)

// An explicit choice is honoured or refused, and never replaced.
func ExampleWithMechanism() {
	for _, m := range poll.Mechanisms() {
		p, err := poll.New(poll.WithMechanism(m))
		if err != nil {
			continue // this kernel lacks it
		}
		if p.Mechanism() != m {
			log.Fatalf("got %s, want %s", p.Mechanism(), m)
		}
		p.Close()
	}

	_, err := poll.New(poll.WithMechanism("select"))
	fmt.Println(errors.Is(err, poll.ErrUnsupported))
	// Output:
	// true
}
