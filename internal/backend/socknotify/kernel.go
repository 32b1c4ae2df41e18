package socknotify

import (
	"time"

	"github.com/goetia-go/goetia/internal/sys/iocp"
	"github.com/goetia-go/goetia/internal/sys/socknotify"
)

// Kernel is what the mechanism asks of the system; a test may put a model in its place.
type Kernel interface {
	// Base finds the base provider's socket, which is the one to register.
	Base(h uintptr) (uintptr, error)
	// Process makes changes; see socknotify.Process. It may be called while
	// another goroutine is inside Dequeue.
	Process(registrations []socknotify.Registration) socknotify.Result
	// Look says what is the case with a socket now.
	Look(socket uintptr) (socknotify.Events, error)
	// Dequeue takes packets from the port. A negative timeout is none.
	Dequeue(entries []iocp.Entry, timeout time.Duration) (int, error)
	// Wake queues a packet with the key WakeKey.
	Wake() error
	// Close closes the port.
	Close() error
}

// Config is what differs between systems.
type Config struct {
	// Wide: a packet's key has 64 bits.
	Wide bool
	// Edge: edge-triggered registrations do as the manual says.
	Edge bool
	// KeepsKey: a registration keeps its key when it is enabled with another one.
	KeepsKey bool
	// Precise: timeouts are exact to about a millisecond.
	Precise bool
}
