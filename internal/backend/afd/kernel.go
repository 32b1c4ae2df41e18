package afd

import (
	"time"

	"github.com/goetia-go/goetia/internal/sys/afd"
)

// kernel is what the state machine asks of Windows. Tests put a simulated
// driver in its place.
type kernel interface {
	// openDevice opens a handle to the driver and associates it with the
	// port. inline says that success at submission queues no packet.
	openDevice() (device uintptr, inline bool, err error)
	closeDevice(device uintptr) error
	// base finds the base provider's socket.
	base(socket uintptr) (uintptr, error)
	// submit starts a poll whose packet will carry id (never zero).
	submit(device uintptr, op *afd.Op, id uintptr) afd.Status
	// cancel withdraws a poll.
	cancel(device uintptr, op *afd.Op) afd.Status
	// wake queues a packet with id zero.
	wake() error
	// dequeue fills ids with those of the packets that have come, and waits
	// for the first one until the timeout (negative: none) has passed.
	dequeue(ids []uintptr, timeout time.Duration) (int, error)
	// close closes the port.
	close() error
}
