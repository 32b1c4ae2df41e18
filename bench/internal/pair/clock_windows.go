package pair

import (
	"time"
	"unsafe"

	"golang.org/x/sys/windows"
)

// Clock names what Run measures with.
const Clock = "time"

var (
	kernel32  = windows.NewLazySystemDLL("kernel32.dll")
	counter   = kernel32.NewProc("QueryPerformanceCounter")
	frequency = func() float64 { return float64(query(kernel32.NewProc("QueryPerformanceFrequency"))) }()
)

// now is the performance counter. The clock of package time goes in steps that can be longer
// than a slice.
func now() time.Duration { return time.Duration(float64(query(counter)) / frequency * 1e9) }

func query(p *windows.LazyProc) (n int64) {
	if ok, _, err := p.Call(uintptr(unsafe.Pointer(&n))); ok == 0 {
		panic(err) // every Windows has it
	}
	return n
}
