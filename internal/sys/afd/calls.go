//go:build windows

package afd

import (
	"os"
	"runtime"
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"
)

var (
	ntdll                     = windows.NewLazySystemDLL("ntdll.dll")
	procNtDeviceIoControlFile = ntdll.NewProc("NtDeviceIoControlFile")
	procNtCancelIoFileEx      = ntdll.NewProc("NtCancelIoFileEx")
)

// Available says why the calls of this package do not exist, or returns nil.
func Available() error {
	for _, p := range []*windows.LazyProc{procNtDeviceIoControlFile, procNtCancelIoFileEx} {
		if err := p.Find(); err != nil {
			return err
		}
	}
	return nil
}

// Open opens a handle to the driver that has no endpoint of its own.
func Open() (windows.Handle, error) {
	name, err := windows.NewNTUnicodeString(DeviceName)
	if err != nil {
		return 0, err
	}
	attributes := windows.OBJECT_ATTRIBUTES{ObjectName: name}
	attributes.Length = uint32(unsafe.Sizeof(attributes))
	var h windows.Handle
	var iosb windows.IO_STATUS_BLOCK
	err = windows.NtCreateFile(&h, windows.SYNCHRONIZE, &attributes, &iosb, nil, 0,
		windows.FILE_SHARE_READ|windows.FILE_SHARE_WRITE, windows.FILE_OPEN, 0, 0, 0)
	runtime.KeepAlive(name)
	if err != nil {
		return 0, os.NewSyscallError("NtCreateFile "+DeviceName, err)
	}
	return h, nil
}

// Submit starts the prepared operation on a device handle. context comes back
// as the packet's overlapped pointer and must not be zero. StatusSuccess and
// StatusPending mean that the kernel has the operation (a packet will follow,
// unless the handle skips packets on success); any other status means that it
// has not.
func Submit(device uintptr, op *Op, context uintptr) Status {
	r, _, _ := syscall.SyscallN(procNtDeviceIoControlFile.Addr(), device, 0, 0, context,
		uintptr(unsafe.Pointer(&op.IOStatusBlock)), IoctlPoll,
		uintptr(unsafe.Pointer(&op.Info)), pollInfoSize,
		uintptr(unsafe.Pointer(&op.Info)), pollInfoSize)
	return Status(r)
}

// Cancel asks for the operation to be withdrawn. Its packet still comes.
// StatusNotFound means that it had completed before.
func Cancel(device uintptr, op *Op) Status {
	var iosb IOStatusBlock
	r, _, _ := syscall.SyscallN(procNtCancelIoFileEx.Addr(), device,
		uintptr(unsafe.Pointer(&op.IOStatusBlock)), uintptr(unsafe.Pointer(&iosb)))
	return Status(r)
}
