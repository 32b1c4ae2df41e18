//go:build unix

package extra

import (
	"os"

	"golang.org/x/sys/unix"
)

// descriptor is embedded by things that are one.
type descriptor struct{ fd int }

// Handle implements Thing.
func (d descriptor) Handle() (uintptr, bool) { return uintptr(d.fd), true }

// Close implements Thing.
func (d descriptor) Close() error { return os.NewSyscallError("close", unix.Close(d.fd)) }
