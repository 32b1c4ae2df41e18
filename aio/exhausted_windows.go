package aio

import (
	"errors"
	"syscall"
)

// From winerror.h.
const (
	wsaEMFILE  = syscall.Errno(10024)
	wsaENOBUFS = syscall.Errno(10055)
)

// exhausted says that accepting has failed for want of something that others may give back.
func exhausted(err error) bool {
	return errors.Is(err, wsaEMFILE) || errors.Is(err, wsaENOBUFS)
}
