package poll_test

import (
	"fmt"
	"log"
	"net"

	"github.com/goetia-go/goetia/poll"
)

// An ordinary connection is watched without a goroutine and without a buffer,
// and read in the ordinary way once there is something to read.
func ExamplePoller_Wait() {
	client, server := connected()
	defer client.Close()
	defer server.Close()

	p, err := poll.New()
	if err != nil {
		log.Fatal(err)
	}
	defer p.Close()
	src, err := poll.Conn(server.(*net.TCPConn))
	if err != nil {
		log.Fatal(err)
	}
	const key = 42
	if err := p.Add(src, key, poll.Readable, poll.Oneshot); err != nil {
		log.Fatal(err)
	}

	fmt.Fprint(client, "hello")

	events := make([]poll.Event, 16)
	n, err := p.Wait(events, -1)
	if err != nil {
		log.Fatal(err)
	}
	for _, ev := range events[:n] {
		fmt.Println(ev.Key, ev.Ready)
	}
	buf := make([]byte, 16)
	k, err := server.Read(buf)
	fmt.Printf("%s %v\n", buf[:k], err)

	// One event was asked for; Modify asks for the next.
	if err := p.Modify(src, key, poll.Readable, poll.Oneshot); err != nil {
		log.Fatal(err)
	}
	client.Close()
	n, err = p.Wait(events, -1)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(n, events[0].Ready.Has(poll.Readable|poll.ReadClosed))

	// Delete first, then close.
	if err := p.Delete(src); err != nil {
		log.Fatal(err)
	}
	// Output:
	// 42 readable
	// hello <nil>
	// 1 true
}
