//go:build !windows && !plan9

package aio

import (
	"errors"
	"syscall"
)

// EWOULDBLOCK is EAGAIN's other name, and another number on few systems.
func again(err error) bool {
	return errors.Is(err, syscall.EAGAIN) || errors.Is(err, syscall.EWOULDBLOCK)
}
