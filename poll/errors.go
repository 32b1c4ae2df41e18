package poll

import (
	"errors"
	"fmt"

	"github.com/goetia-go/goetia/internal/backend"
)

// The sentinels of this package, for errors.Is. Returned errors wrap them and
// name the call and the source.
var (
	// ErrClosed: the Poller was closed before or during the call.
	ErrClosed = backend.ErrClosed
	// ErrExists: Add of a source that is registered already.
	ErrExists = backend.ErrExists
	// ErrNotFound: Modify or Delete of a source that is not registered.
	ErrNotFound = backend.ErrNotFound
	// ErrBadDescriptor: the number is no open descriptor, or no socket.
	ErrBadDescriptor = backend.ErrBadDescriptor
	// ErrUnsupported is errors.ErrUnsupported: the mechanism cannot do this
	// on this system.
	ErrUnsupported = errors.ErrUnsupported
	// ErrInvalid: an argument is outside its range.
	ErrInvalid = errors.New("goetia: invalid argument")
)

// errNoRoom is preallocated because Wait is a hot path.
var errNoRoom = fmt.Errorf("poll: wait: no room for events: %w", ErrInvalid)

// fail adds the call and the source to an error.
func fail(call string, h uintptr, err error) error {
	return fmt.Errorf("poll: %s of descriptor %d: %w", call, h, err)
}
