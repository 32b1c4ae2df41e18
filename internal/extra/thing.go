package extra

import (
	"errors"
	"fmt"
	"runtime"
)

// Thing is what the Poller needs to know of one. Collect and Close are not called
// concurrently with one another; the taking methods of each thing may be called at any
// time, also after Close.
type Thing interface {
	// Handle is the descriptor that is readable while there is something to
	// collect. Without one, the thing calls back.
	Handle() (h uintptr, ok bool)
	// Once: the thing happens once, and its descriptor stays readable.
	Once() bool
	// Collect takes in what has happened, and says whether anything has. It
	// does not block.
	Collect() (bool, error)
	// Close releases the kernel's objects. When it returns, the thing calls
	// back no more.
	Close() error
}

// Called is what constructors are given for things without a descriptor: it says that
// there is something to collect. It may be called from any goroutine, with no locks
// held that Collect takes, and also before the constructor has returned.
type Called func()

// ErrInvalid: an argument is out of its range.
var ErrInvalid = errors.New("goetia: invalid argument")

// ErrBadHandle: a handle names nothing.
var ErrBadHandle = errors.New("goetia: not an open handle")

func unsupported(what string) error {
	return fmt.Errorf("%w: %s cannot be waited for on %s", errors.ErrUnsupported, what, runtime.GOOS)
}

// withoutHandle is embedded by things that call back.
type withoutHandle struct{}

// Handle implements Thing.
func (withoutHandle) Handle() (uintptr, bool) { return 0, false }

// repeated is embedded by things that happen over and over.
type repeated struct{}

// Once implements Thing.
func (repeated) Once() bool { return false }
