//go:build windows

package waithandle

import (
	"fmt"
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"
)

var procQueryObject = windows.NewLazySystemDLL("ntdll.dll").NewProc("NtQueryObject")

const (
	objectTypeInformation = 2
	statusInvalidHandle   = 0xC0000008
)

// Kind returns the kernel's name for the type of an object, such as Event or Mutant. It
// fails with windows.ERROR_INVALID_HANDLE if the handle names none.
func Kind(h windows.Handle) (string, error) {
	// OBJECT_TYPE_INFORMATION begins with the name, a UNICODE_STRING whose text is
	// in the same memory.
	var memory [64]struct {
		name windows.NTUnicodeString
		_    uint64
	}
	var size uint32
	status, _, _ := syscall.SyscallN(procQueryObject.Addr(), uintptr(h), objectTypeInformation,
		uintptr(unsafe.Pointer(&memory)), unsafe.Sizeof(memory), uintptr(unsafe.Pointer(&size)))
	switch {
	case status == statusInvalidHandle:
		return "", windows.ERROR_INVALID_HANDLE
	case status != 0:
		return "", fmt.Errorf("NtQueryObject: %w", windows.NTStatus(status))
	}
	return memory[0].name.String(), nil
}
