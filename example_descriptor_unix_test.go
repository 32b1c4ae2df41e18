//go:build unix

package goetia_test

import (
	"context"
	"fmt"
	"syscall"

	"github.com/goetia-go/goetia"
	"github.com/goetia-go/goetia/poll"
)

// Waiting for a descriptor that a C library has opened and keeps: libpq, an ALSA device, a
// netlink socket. It is given to the Reactor as a number and stays the library's.
func Example_descriptor() {
	var pipe [2]int // stands for what the library returns
	if err := syscall.Pipe(pipe[:]); err != nil {
		panic(err)
	}
	r, err := goetia.New(goetia.WithBackground())
	if err != nil {
		panic(err)
	}
	defer r.Close()

	source, err := r.Register(poll.FD(uintptr(pipe[0])))
	if err != nil {
		panic(err)
	}
	go syscall.Write(pipe[1], []byte("an event"))
	if err := source.WaitReadable(context.Background()); err != nil {
		panic(err)
	}
	buf := make([]byte, 64)
	n, err := syscall.Read(pipe[0], buf) // here the library would be called
	fmt.Println(string(buf[:n]), err)

	source.Close() // before the descriptor is
	syscall.Close(pipe[0])
	syscall.Close(pipe[1])
	// Output: an event <nil>
}
