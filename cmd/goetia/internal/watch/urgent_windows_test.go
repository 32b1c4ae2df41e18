package watch

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"

	"github.com/goetia-go/goetia/cmd/goetia/internal/sock"
)

var procSend = windows.NewLazySystemDLL("ws2_32.dll").NewProc("send")

func sendUrgent(s sock.Socket, b byte) error {
	const msgOOB = 1
	r, _, errno := syscall.SyscallN(procSend.Addr(), uintptr(s), uintptr(unsafe.Pointer(&b)), 1, msgOOB)
	if int32(r) != 1 {
		return errno
	}
	return nil
}
