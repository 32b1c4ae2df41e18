//go:build unix || windows

package sock

import (
	"errors"
	"slices"
	"syscall"
)

// IsExhausted says that the process or the system has no descriptors or memory
// left: the same call may succeed later, and not before.
func IsExhausted(err error) bool { return isAny(err, exhausted) }

// IsReset says that the peer broke the connection off, or had closed it while
// there was more to send.
func IsReset(err error) bool { return isAny(err, reset) }

// Reason is the last part of an error, the system's own words.
func Reason(err error) string {
	if errno, ok := errors.AsType[syscall.Errno](err); ok {
		return errno.Error()
	}
	return err.Error()
}

func isAny(err error, codes []syscall.Errno) bool {
	errno, ok := errors.AsType[syscall.Errno](err)
	return ok && slices.Contains(codes, errno)
}
