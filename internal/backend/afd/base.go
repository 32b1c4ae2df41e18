package afd

import (
	"fmt"

	"github.com/goetia-go/goetia/internal/backend"
	"github.com/goetia-go/goetia/internal/sys/afd"
)

// maxHops bounds the walk down a chain of layered providers.
const maxHops = 8

// baseSocket finds the socket of the base provider beneath s, which is the one
// that the driver knows. ioctl asks s for a handle; notSocket says that the
// answer means "this is no socket at all".
//
// SIO_BASE_HANDLE should give it at once, but layered providers exist that break
// it. They were made to intercept select and WSAPoll, and answer
// SIO_BSP_HANDLE_POLL with the handle one layer below; from there one asks again.
// SIO_BSP_HANDLE_SELECT is of no use: a known provider answers it with itself.
func baseSocket(s uintptr, ioctl func(s uintptr, code uint32) (uintptr, error), notSocket func(error) bool) (uintptr, error) {
	at := s
	for range maxHops {
		base, err := ioctl(at, afd.SioBaseHandle)
		if err == nil && base != 0 && base != ^uintptr(0) {
			return base, nil
		}
		if err != nil && notSocket(err) {
			return 0, fmt.Errorf("%w: %w", backend.ErrBadDescriptor, err)
		}
		below, errBelow := ioctl(at, afd.SioBspHandlePoll)
		switch {
		case errBelow != nil:
			return 0, fmt.Errorf("%w: SIO_BASE_HANDLE: %v, SIO_BSP_HANDLE_POLL: %w", backend.ErrNoBaseSocket, err, errBelow)
		case below == at || below == 0 || below == ^uintptr(0):
			return 0, fmt.Errorf("%w: SIO_BSP_HANDLE_POLL leads nowhere", backend.ErrNoBaseSocket)
		}
		at = below
	}
	return 0, fmt.Errorf("%w: more than %d layers", backend.ErrNoBaseSocket, maxHops)
}
