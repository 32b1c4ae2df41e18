package poll_test

import (
	"fmt"
	"log"
	"net"

	"github.com/goetia-go/goetia/poll"
)

// connected makes a TCP connection for the examples.
func connected() (client, server net.Conn) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	defer l.Close()
	client, err = net.Dial("tcp", l.Addr().String())
	if err != nil {
		log.Fatal(err)
	}
	server, err = l.Accept()
	if err != nil {
		log.Fatal(err)
	}
	return client, server
}

// New takes the best mechanism that the running system has.
func ExampleNew() {
	p, err := poll.New()
	if err != nil {
		log.Fatal(err)
	}
	defer p.Close()
	fmt.Println(p.Mechanism() != "")
	fmt.Println(p.Features().Supports(poll.Oneshot))
	// Output:
	// true
	// true
}
