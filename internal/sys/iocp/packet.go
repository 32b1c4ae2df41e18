//go:build windows

package iocp

import (
	"fmt"
	"os"
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"
)

// The wait completion packet exists since Windows 8. Wine has none of its calls.
var (
	ntdll               = windows.NewLazySystemDLL("ntdll.dll")
	procCreatePacket    = ntdll.NewProc("NtCreateWaitCompletionPacket")
	procAssociatePacket = ntdll.NewProc("NtAssociateWaitCompletionPacket")
	procCancelPacket    = ntdll.NewProc("NtCancelWaitCompletionPacket")
)

const (
	packetAllAccess = 1
	statusCancelled = 0xC0000120
)

// Packet is queued on a port when a handle is signalled.
type Packet struct{ h windows.Handle }

// HavePackets says why not, where the system has none.
func HavePackets() error {
	for _, p := range []*windows.LazyProc{procCreatePacket, procAssociatePacket, procCancelPacket} {
		if err := p.Find(); err != nil {
			return err
		}
	}
	return nil
}

// NewPacket makes a packet.
func NewPacket() (Packet, error) {
	var p Packet
	status, _, _ := syscall.SyscallN(procCreatePacket.Addr(), uintptr(unsafe.Pointer(&p.h)), packetAllAccess, 0)
	if status != 0 {
		return Packet{}, fmt.Errorf("NtCreateWaitCompletionPacket: %w", windows.NTStatus(status))
	}
	return p, nil
}

// Associate has the packet queued once, with key, when h is signalled. If it is
// already, signalled is true; the packet then comes all the same.
func (p Packet) Associate(port Port, h windows.Handle, key uintptr) (signalled bool, err error) {
	var already uint8
	status, _, _ := syscall.SyscallN(procAssociatePacket.Addr(), uintptr(p.h), uintptr(port.h), uintptr(h),
		key, 0, 0, 0, uintptr(unsafe.Pointer(&already)))
	if status != 0 {
		return false, fmt.Errorf("NtAssociateWaitCompletionPacket: %w", windows.NTStatus(status))
	}
	return already != 0, nil
}

// Cancel withdraws the packet, also from the port's queue. It returns false if the
// packet is just being delivered.
func (p Packet) Cancel() bool {
	status, _, _ := syscall.SyscallN(procCancelPacket.Addr(), uintptr(p.h), 1)
	return status == 0 || status == statusCancelled
}

// Close ends the packet; one that is queued may still come.
func (p Packet) Close() error { return os.NewSyscallError("CloseHandle", windows.CloseHandle(p.h)) }
