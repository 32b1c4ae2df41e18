package aio

import (
	"errors"
	"syscall"
)

// wsaEWOULDBLOCK is of winerror.h.
const wsaEWOULDBLOCK = syscall.Errno(10035)

func again(err error) bool {
	return errors.Is(err, syscall.EAGAIN) || errors.Is(err, wsaEWOULDBLOCK)
}
