package sock

import (
	"errors"

	"golang.org/x/sys/windows"
)

// IsExhausted says that the process or the system has no sockets or memory left:
// the same call may succeed later, and not before.
func IsExhausted(err error) bool {
	return isAny(err, windows.WSAEMFILE, windows.WSAENOBUFS, windows.ERROR_NOT_ENOUGH_MEMORY)
}

// IsReset says that the peer broke the connection off, or had closed it while
// there was more to send.
func IsReset(err error) bool {
	return isAny(err, windows.WSAECONNRESET, windows.WSAECONNABORTED, windows.WSAENETRESET, windows.WSAESHUTDOWN)
}

// Reason is the last part of an error, the system's own words.
func Reason(err error) string {
	if errno, ok := errors.AsType[windows.Errno](err); ok {
		return errno.Error()
	}
	return err.Error()
}

func isAny(err error, codes ...windows.Errno) bool {
	errno, ok := errors.AsType[windows.Errno](err)
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
