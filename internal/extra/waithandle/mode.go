//go:build windows

package waithandle

import (
	"unsafe"

	"golang.org/x/sys/windows"
)

// Synchronous tells whether a file was opened without FILE_FLAG_OVERLAPPED, if the system
// knows.
func Synchronous(h windows.Handle) (synchronous, known bool) {
	const alert, nonalert, fileModeInformation = 0x10, 0x20, 16
	var mode uint32
	var iosb windows.IO_STATUS_BLOCK
	err := windows.NtQueryInformationFile(h, &iosb, (*byte)(unsafe.Pointer(&mode)), 4, fileModeInformation)
	return mode&(alert|nonalert) != 0, err == nil
}
