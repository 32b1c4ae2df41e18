// Package loop holds the event loops that are compared: the library's Poller and
// loops written by hand on the bare system calls. All do the same with an event:
// look whether it says readable, find what they keep for its source, count it there
// in the place of a handler, and where the mode asks for it arm the source again.
package loop

import "github.com/goetia-go/goetia/poll"

// Loop is one event loop. Its methods are for one goroutine.
type Loop interface {
	// Turn waits once and handles what came; it returns how many events did.
	Turn() (int, error)
	// Close gives the loop's own descriptors back; the sources stay.
	Close() error
}

// Batch is how many events a loop takes at once at most.
const Batch = 1024

// conn is what a loop keeps for a source. It is the same for all of them, whatever
// they use of it: the loops are compared, and not how much memory each handler
// touches. It fills a cache line, and any real connection's record is longer.
type conn struct {
	src  poll.Source
	fd   int
	seen uint64
	_    [8]byte
}

// Handler is what is done with an event after it was counted; nil is nothing more.
type Handler func(fd int) error
