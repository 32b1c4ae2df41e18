//go:build windows

package iocp

import (
	"os"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"
)

// The high-resolution timer exists since Windows 10 1803.
var (
	procCreateTimer      = kernel32.NewProc("CreateWaitableTimerExW")
	procSetWaitableTimer = kernel32.NewProc("SetWaitableTimer")
)

const (
	timerHighResolution = 2
	timerAllAccess      = 0x1F0003
)

// Timer queues a packet on a port when its time has come, with the resolution
// of the system's high-resolution timers (about half a millisecond).
type Timer struct {
	port   Port
	timer  windows.Handle
	packet Packet
	key    uintptr
}

// NewTimer makes a timer whose packets carry key. It fails on systems that lack
// one of the parts.
func NewTimer(port Port, key uintptr) (*Timer, error) {
	if err := HavePackets(); err != nil {
		return nil, err
	}
	for _, p := range []*windows.LazyProc{procCreateTimer, procSetWaitableTimer} {
		if err := p.Find(); err != nil {
			return nil, err
		}
	}
	h, _, errno := syscall.SyscallN(procCreateTimer.Addr(), 0, 0, timerHighResolution, timerAllAccess)
	if h == 0 {
		return nil, os.NewSyscallError("CreateWaitableTimerExW", errno)
	}
	packet, err := NewPacket()
	if err != nil {
		windows.CloseHandle(windows.Handle(h))
		return nil, err
	}
	return &Timer{port: port, timer: windows.Handle(h), packet: packet, key: key}, nil
}

// Start queues a packet after d. An earlier start is withdrawn first. It
// returns now=true if the time had come before the packet could be attached (no
// packet comes), and ok=false if the packet is in use by an expiry that is just
// being delivered; the caller then waits with the coarse timeout alone.
func (t *Timer) Start(d time.Duration) (now, ok bool) {
	if !t.packet.Cancel() {
		return false, false // do not touch it
	}
	// Negative: relative, in units of 100 ns; rounded up, never early.
	due := -int64((d + 99) / 100)
	set, _, _ := syscall.SyscallN(procSetWaitableTimer.Addr(), uintptr(t.timer), uintptr(unsafe.Pointer(&due)), 0, 0, 0, 0)
	if set == 0 {
		return false, false
	}
	now, err := t.packet.Associate(t.port, t.timer, t.key)
	return now, err == nil
}

// Close withdraws the packet and closes both handles.
func (t *Timer) Close() error {
	t.packet.Cancel()
	packet := t.packet.Close()
	if err := windows.CloseHandle(t.timer); err != nil {
		return os.NewSyscallError("CloseHandle", err)
	}
	return packet
}
