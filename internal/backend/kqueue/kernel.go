//go:build !plan9

package kqueue

import (
	"time"

	"github.com/goetia-go/goetia/internal/sys/kevent"
)

// Kernel is what the mechanism asks of the system; a test may put a model in its place.
type Kernel interface {
	// Change is kevent with changes and no waiting; see kevent.Queue.
	Change(changes, outcome []kevent.Event) (int, error)
	// Fetch is kevent without changes. A negative timeout is none.
	Fetch(events []kevent.Event, timeout time.Duration) (int, error)
	// Check says why a descriptor cannot be waited for, if so.
	Check(h uintptr) error
	// Wake makes Fetch return an event with the udata that Open was given for it.
	Wake() error
	// Woken is called when that event was fetched.
	Woken() error
	// Close releases everything.
	Close() error
}

// Config is what differs between systems.
type Config struct {
	// Receipts: EV_RECEIPT works.
	Receipts bool
	// Dispatch: EV_DISPATCH works.
	Dispatch bool
	// Except: there is EVFILT_EXCEPT with NOTE_OOB.
	Except bool
	// Wide: udata has 64 bits.
	Wide bool
}
