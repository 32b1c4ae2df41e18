package winsock

import (
	"errors"
	"fmt"
)

// The ioctls that lead to the base provider's socket
// (https://learn.microsoft.com/windows/win32/winsock/winsock-ioctls).
const (
	sioBaseHandle    = 0x48000022
	sioBspHandlePoll = 0x4800001D
)

// ErrNoBase: a layered provider does not say what socket is beneath its own.
var ErrNoBase = errors.New("no base provider's socket")

// maxHops bounds the walk down a chain of layered providers.
const maxHops = 8

// base finds the socket of the base provider beneath s, which is the one
// that the driver knows. ioctl asks s for a handle; notSocket says that the
// answer means "this is no socket at all".
//
// SIO_BASE_HANDLE should give it at once, but layered providers exist that break
// it. They were made to intercept select and WSAPoll, and answer
// SIO_BSP_HANDLE_POLL with the handle one layer below; from there one asks again.
// SIO_BSP_HANDLE_SELECT is of no use: a known provider answers it with itself.
func base(s uintptr, ioctl func(s uintptr, code uint32) (uintptr, error), notSocket func(error) bool) (uintptr, error) {
	at := s
	for range maxHops {
		base, err := ioctl(at, sioBaseHandle)
		if err == nil && base != 0 && base != ^uintptr(0) {
			return base, nil
		}
		if err != nil && notSocket(err) {
			return 0, err
		}
		below, errBelow := ioctl(at, sioBspHandlePoll)
		switch {
		case errBelow != nil:
			return 0, fmt.Errorf("%w: SIO_BASE_HANDLE: %v, SIO_BSP_HANDLE_POLL: %w", ErrNoBase, err, errBelow)
		case below == at || below == 0 || below == ^uintptr(0):
			return 0, fmt.Errorf("%w: SIO_BSP_HANDLE_POLL leads nowhere", ErrNoBase)
		}
		at = below
	}
	return 0, fmt.Errorf("%w: more than %d layers", ErrNoBase, maxHops)
}
