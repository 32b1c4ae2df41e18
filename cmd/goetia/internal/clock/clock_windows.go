package clock

import (
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"
)

var (
	kernel        = windows.NewLazySystemDLL("kernel32.dll")
	procCounter   = kernel.NewProc("QueryPerformanceCounter")
	procFrequency = kernel.NewProc("QueryPerformanceFrequency")
	perSecond     = query(procFrequency) // fixed at boot
	start         = query(procCounter)
)

// now reads the performance counter, which every Windows since XP has.
func now() time.Duration {
	n := query(procCounter) - start
	// In two parts, since ticks times a billion would overflow within hours.
	whole, rest := n/perSecond, n%perSecond
	return time.Duration(whole*int64(time.Second) + rest*int64(time.Second)/perSecond)
}

func query(p *windows.LazyProc) int64 {
	var n int64
	_, _, _ = syscall.SyscallN(p.Addr(), uintptr(unsafe.Pointer(&n)))
	return n
}
