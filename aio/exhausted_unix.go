//go:build unix

package aio

import (
	"errors"
	"syscall"
)

// exhausted says that accepting has failed for want of something that others may give back.
func exhausted(err error) bool {
	var errno syscall.Errno
	if !errors.As(err, &errno) {
		return false
	}
	switch errno {
	case syscall.EMFILE, syscall.ENFILE, syscall.ENOBUFS, syscall.ENOMEM:
		return true
	}
	return false
}
