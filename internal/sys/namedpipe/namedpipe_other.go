//go:build !windows

package namedpipe

import (
	"errors"
	"fmt"
)

var errNone = fmt.Errorf("%w: only Windows has named pipes of this kind", errors.ErrUnsupported)

// Create fails.
func Create(string, bool) (uintptr, error) { return 0, errNone }

// Connecting is a wait for a client.
type Connecting struct{}

// Connect fails.
func Connect(uintptr) (*Connecting, error) { return nil, errNone }

// Wait fails.
func (*Connecting) Wait() error { return errNone }

// Cancel does nothing.
func (*Connecting) Cancel() {}

// Open fails.
func Open(string) (h uintptr, busy bool, err error) { return 0, false, errNone }

// Close fails.
func Close(uintptr) error { return errNone }
