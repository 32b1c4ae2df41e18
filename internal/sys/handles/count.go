//go:build windows

package handles

import (
	"os"
	"unsafe"

	"golang.org/x/sys/windows"
)

var procHandleCount = windows.NewLazySystemDLL("kernel32.dll").NewProc("GetProcessHandleCount")

// Count is how many handles the process has. A socket is one.
func Count() (int, error) {
	var n uint32
	if ok, _, err := procHandleCount.Call(uintptr(windows.CurrentProcess()), uintptr(unsafe.Pointer(&n))); ok == 0 {
		return 0, os.NewSyscallError("GetProcessHandleCount", err)
	}
	if n == 0 {
		return listed() // Wine says nothing there
	}
	return int(n), nil
}

// extendedHandleInformation is SystemExtendedHandleInformation.
const extendedHandleInformation = 64

// list is a SYSTEM_HANDLE_INFORMATION_EX.
type list struct {
	count, _ uintptr
	first    handle
}

// handle is a SYSTEM_HANDLE_TABLE_ENTRY_INFO_EX.
type handle struct {
	_, pid, _ uintptr // the object, its process and its number
	_         uint32  // access
	_, _      uint16  // where it was made, and its type
	_, _      uint32  // attributes
}

// listed counts the process's handles in the list of the whole system's.
func listed() (n int, err error) {
	for size := 1 << 16; ; size *= 2 {
		buf := make([]uintptr, size) // uintptrs for the alignment
		bytes := uint32(size) * uint32(unsafe.Sizeof(buf[0]))
		err := windows.NtQuerySystemInformation(extendedHandleInformation, unsafe.Pointer(&buf[0]), bytes, nil)
		switch err {
		case nil:
		case windows.STATUS_INFO_LENGTH_MISMATCH:
			continue
		default:
			return 0, os.NewSyscallError("NtQuerySystemInformation", err)
		}
		l := (*list)(unsafe.Pointer(&buf[0]))
		for _, h := range unsafe.Slice(&l.first, l.count) {
			if h.pid == uintptr(os.Getpid()) {
				n++
			}
		}
		return n, nil
	}
}
