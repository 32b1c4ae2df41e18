//go:build windows

package iocp

import (
	"os"
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"
)

var (
	kernel32 = windows.NewLazySystemDLL("kernel32.dll")
	procGet  = kernel32.NewProc("GetQueuedCompletionStatusEx")
)

// Port is a completion port.
type Port struct{ h windows.Handle }

// New makes a port.
func New() (Port, error) {
	if err := procGet.Find(); err != nil {
		return Port{}, err
	}
	h, err := windows.CreateIoCompletionPort(windows.InvalidHandle, 0, 0, 0)
	if err != nil {
		return Port{}, os.NewSyscallError("CreateIoCompletionPort", err)
	}
	return Port{h}, nil
}

// Handle is the port's own, for calls that take one.
func (p Port) Handle() windows.Handle { return p.h }

// Associate makes a handle's completions come to the port, under key.
func (p Port) Associate(h windows.Handle, key uintptr) error {
	_, err := windows.CreateIoCompletionPort(h, p.h, key, 0)
	return os.NewSyscallError("CreateIoCompletionPort", err)
}

// Post queues a packet.
func (p Port) Post(key uintptr) error {
	return os.NewSyscallError("PostQueuedCompletionStatus",
		windows.PostQueuedCompletionStatus(p.h, 0, key, nil))
}

// Get dequeues packets, waiting at most milliseconds (windows.INFINITE: no
// limit). A timeout gives zero packets and no error.
func (p Port) Get(entries []Entry, milliseconds uint32) (int, error) {
	var n uint32
	ok, _, errno := syscall.SyscallN(procGet.Addr(), uintptr(p.h),
		uintptr(unsafe.Pointer(&entries[0])), uintptr(len(entries)),
		uintptr(unsafe.Pointer(&n)), uintptr(milliseconds), 0)
	if ok != 0 {
		return int(n), nil
	}
	if errno == windows.WAIT_TIMEOUT {
		return 0, nil
	}
	return 0, os.NewSyscallError("GetQueuedCompletionStatusEx", errno)
}

// Close closes the port.
func (p Port) Close() error { return os.NewSyscallError("CloseHandle", windows.CloseHandle(p.h)) }
