//go:build windows

package waithandle

import (
	"os"
	"sync"
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"
)

var (
	kernel32       = windows.NewLazySystemDLL("kernel32.dll")
	procRegister   = kernel32.NewProc("RegisterWaitForSingleObject")
	procUnregister = kernel32.NewProc("UnregisterWaitEx")
)

const (
	executeOnlyOnce = 0x8
	infinite        = 0xFFFFFFFF
)

// registered is a wait of the system's thread pool.
type registered struct {
	id     uintptr
	handle uintptr
	called func()
}

// registry finds a wait by the number that the callback is given: pointers must not
// be left with the system, and a process may have few callbacks.
var registry struct {
	mu    sync.Mutex
	waits map[uintptr]*registered
	last  uintptr
	// callback is made once; such things are never given back.
	callback func() uintptr
}

func init() {
	registry.waits = make(map[uintptr]*registered)
	registry.callback = sync.OnceValue(func() uintptr {
		return syscall.NewCallback(func(id, _ uintptr) uintptr {
			registry.mu.Lock()
			w := registry.waits[id]
			registry.mu.Unlock()
			if w != nil {
				w.called()
			}
			return 0
		})
	})
}

func register(h windows.Handle, called func(), each bool) (Wait, error) {
	w := &registered{called: called}
	var flags uintptr = executeOnlyOnce
	if each {
		flags = 0
	}
	registry.mu.Lock()
	registry.last++
	w.id = registry.last
	registry.waits[w.id] = w
	registry.mu.Unlock()
	ok, _, errno := syscall.SyscallN(procRegister.Addr(), uintptr(unsafe.Pointer(&w.handle)), uintptr(h),
		registry.callback(), w.id, infinite, flags)
	if ok == 0 {
		w.forget()
		return nil, os.NewSyscallError("RegisterWaitForSingleObject", errno)
	}
	return w, nil
}

func (w *registered) forget() {
	registry.mu.Lock()
	delete(registry.waits, w.id)
	registry.mu.Unlock()
}

// Close implements Wait. It waits for a callback that is running.
func (w *registered) Close() error {
	defer w.forget()
	ok, _, errno := syscall.SyscallN(procUnregister.Addr(), w.handle, uintptr(windows.InvalidHandle))
	if ok == 0 && errno != windows.ERROR_IO_PENDING {
		return os.NewSyscallError("UnregisterWaitEx", errno)
	}
	return nil
}
