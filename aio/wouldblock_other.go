//go:build !windows && !plan9

package aio

import (
	"errors"
	"syscall"
)

// EWOULDBLOCK is the same number wherever it exists, and wasip1 has no name for it.
func again(err error) bool { return errors.Is(err, syscall.EAGAIN) }
