//go:build unix

package sock

import (
	"errors"

	"golang.org/x/sys/unix"
)

// IsExhausted says that the process or the system has no descriptors or memory
// left: the same call may succeed later, and not before.
func IsExhausted(err error) bool {
	return isAny(err, unix.EMFILE, unix.ENFILE, unix.ENOBUFS, unix.ENOMEM)
}

// IsReset says that the peer broke the connection off, or had closed it while
// there was more to send.
func IsReset(err error) bool {
	return isAny(err, unix.ECONNRESET, unix.EPIPE, unix.ECONNABORTED)
}

// Reason is the last part of an error, the system's own words.
func Reason(err error) string {
	if errno, ok := errors.AsType[unix.Errno](err); ok {
		return errno.Error()
	}
	return err.Error()
}

func isAny(err error, codes ...unix.Errno) bool {
	errno, ok := errors.AsType[unix.Errno](err)
	if !ok {
		return false
	}
	for _, code := range codes {
		if errno == code {
			return true
		}
	}
	return false
}
