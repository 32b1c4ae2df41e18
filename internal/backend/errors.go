package backend

import (
	"errors"
	"fmt"
)

// The sentinels that mechanisms and the Poller share. Package poll exports
// them under the same names.
var (
	ErrClosed        = errors.New("goetia: poller is closed")
	ErrExists        = errors.New("goetia: source is already registered")
	ErrNotFound      = errors.New("goetia: source is not registered")
	ErrBadDescriptor = errors.New("goetia: not an open descriptor or socket")

	// ErrNoBaseSocket is internal: the socket belongs to a layered provider
	// that gives no access to the base provider's socket, so AFD cannot poll
	// it and another mechanism must.
	// Where there is none, the user sees an ErrUnsupported.
	ErrNoBaseSocket = fmt.Errorf("goetia: socket has no base provider handle: %w", ErrUnsupported)

	// ErrNoReadiness is why regular files, directories and block devices are
	// refused, everywhere.
	ErrNoReadiness = fmt.Errorf("%w: a regular file or directory is always ready, and blocks all the same: "+
		"read and write it on a goroutine", ErrUnsupported)

	// ErrUnsupported is the standard library's sentinel, so that callers can
	// test for it without this package.
	ErrUnsupported = errors.ErrUnsupported
)
