//go:build windows

package socknotify

import (
	"errors"
	"fmt"
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"
)

var proc = windows.NewLazySystemDLL("ws2_32.dll").NewProc(Name)

// Available says why the call does not exist, or returns nil.
func Available() error {
	if err := proc.Find(); err != nil {
		return fmt.Errorf("%w: %s exists since Windows 11 and Windows Server 2022: %w", errors.ErrUnsupported, Name, err)
	}
	return nil
}

// Process makes the changes and takes no packets. Unless it returns success, nothing
// was changed; if it does, each registration has a result of its own.
func Process(port windows.Handle, registrations []Registration) Result {
	r, _, _ := syscall.SyscallN(proc.Addr(), uintptr(port),
		uintptr(len(registrations)), uintptr(unsafe.Pointer(unsafe.SliceData(registrations))),
		0, 0, 0, 0)
	if Result(r) == Timeout {
		return Success
	}
	return Result(r)
}
