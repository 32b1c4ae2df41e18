//go:build windows

package iocp

import (
	"fmt"
	"os"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"
)

// The wait completion packet exists since Windows 8, the high-resolution timer
// since Windows 10 1803. Wine has neither packet call.
var (
	ntdll                = windows.NewLazySystemDLL("ntdll.dll")
	procCreatePacket     = ntdll.NewProc("NtCreateWaitCompletionPacket")
	procAssociatePacket  = ntdll.NewProc("NtAssociateWaitCompletionPacket")
	procCancelPacket     = ntdll.NewProc("NtCancelWaitCompletionPacket")
	procCreateTimer      = kernel32.NewProc("CreateWaitableTimerExW")
	procSetWaitableTimer = kernel32.NewProc("SetWaitableTimer")
)

const (
	timerHighResolution = 2
	timerAllAccess      = 0x1F0003
	packetAllAccess     = 1
	statusCancelled     = 0xC0000120
)

// Timer queues a packet on a port when its time has come, with the resolution
// of the system's high-resolution timers (about half a millisecond).
type Timer struct {
	port   Port
	timer  windows.Handle
	packet windows.Handle
	key    uintptr
}

// NewTimer makes a timer whose packets carry key. It fails on systems that lack
// one of the parts.
func NewTimer(port Port, key uintptr) (*Timer, error) {
	for _, p := range []*windows.LazyProc{procCreatePacket, procAssociatePacket, procCancelPacket, procCreateTimer, procSetWaitableTimer} {
		if err := p.Find(); err != nil {
			return nil, err
		}
	}
	h, _, errno := syscall.SyscallN(procCreateTimer.Addr(), 0, 0, timerHighResolution, timerAllAccess)
	if h == 0 {
		return nil, os.NewSyscallError("CreateWaitableTimerExW", errno)
	}
	t := &Timer{port: port, timer: windows.Handle(h), key: key}
	status, _, _ := syscall.SyscallN(procCreatePacket.Addr(), uintptr(unsafe.Pointer(&t.packet)), packetAllAccess, 0)
	if status != 0 {
		windows.CloseHandle(t.timer)
		return nil, fmt.Errorf("NtCreateWaitCompletionPacket: %w", windows.NTStatus(status))
	}
	return t, nil
}

// Start queues a packet after d. An earlier start is withdrawn first. It
// returns now=true if the time had come before the packet could be attached (no
// packet comes), and ok=false if the packet is in use by an expiry that is just
// being delivered; the caller then waits with the coarse timeout alone.
func (t *Timer) Start(d time.Duration) (now, ok bool) {
	switch status, _, _ := syscall.SyscallN(procCancelPacket.Addr(), uintptr(t.packet), 1); status {
	case 0, statusCancelled:
	default: // STATUS_PENDING, or what we do not know: do not touch it
		return false, false
	}
	// Negative: relative, in units of 100 ns; rounded up, never early.
	due := -int64((d + 99) / 100)
	set, _, _ := syscall.SyscallN(procSetWaitableTimer.Addr(), uintptr(t.timer), uintptr(unsafe.Pointer(&due)), 0, 0, 0, 0)
	if set == 0 {
		return false, false
	}
	var signaled uint8
	status, _, _ := syscall.SyscallN(procAssociatePacket.Addr(), uintptr(t.packet), uintptr(t.port.h), uintptr(t.timer),
		t.key, 0, 0, 0, uintptr(unsafe.Pointer(&signaled)))
	return signaled != 0, status == 0
}

// Close withdraws the packet and closes both handles.
func (t *Timer) Close() error {
	syscall.SyscallN(procCancelPacket.Addr(), uintptr(t.packet), 1)
	packet := windows.CloseHandle(t.packet)
	if err := windows.CloseHandle(t.timer); err != nil {
		return os.NewSyscallError("CloseHandle", err)
	}
	return os.NewSyscallError("CloseHandle", packet)
}
