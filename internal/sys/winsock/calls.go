//go:build windows

package winsock

import (
	"errors"
	"os"
	"sync"
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"
)

var (
	ws2             = windows.NewLazySystemDLL("ws2_32.dll")
	procWSAPoll     = ws2.NewProc("WSAPoll")
	procIoctlsocket = ws2.NewProc("ioctlsocket")
	procGetsockname = ws2.NewProc("getsockname")
	procGetpeername = ws2.NewProc("getpeername")
	procAccept      = ws2.NewProc("accept")
	procSend        = ws2.NewProc("send")
	procRecv        = ws2.NewProc("recv")
)

const (
	socketError   = ^uintptr(0)
	invalidSocket = ^uintptr(0)

	fionbio = 0x8004667e
	soType  = 0x1008
)

// Start starts WinSock for this process, once, and says why it cannot be used.
var Start = sync.OnceValue(func() error {
	for _, p := range []*windows.LazyProc{procWSAPoll, procIoctlsocket, procGetsockname, procGetpeername, procAccept, procSend, procRecv} {
		if err := p.Find(); err != nil {
			return err
		}
	}
	var data windows.WSAData
	return os.NewSyscallError("WSAStartup", windows.WSAStartup(0x202, &data))
})

// Poll is WSAPoll. The timeout is in milliseconds; a negative one is no limit.
func Poll(fds []PollFD, timeout int32) (int, error) {
	n, _, errno := syscall.SyscallN(procWSAPoll.Addr(),
		uintptr(unsafe.Pointer(unsafe.SliceData(fds))), uintptr(len(fds)), uintptr(timeout))
	if int32(n) == -1 {
		return 0, os.NewSyscallError("WSAPoll", errno)
	}
	return int(int32(n)), nil
}

// Type is SO_TYPE, such as windows.SOCK_STREAM. It fails with WSAENOTSOCK for
// whatever is not an open socket.
func Type(s uintptr) (int32, error) {
	var typ int32
	size := int32(unsafe.Sizeof(typ))
	err := windows.Getsockopt(windows.Handle(s), windows.SOL_SOCKET, soType,
		(*byte)(unsafe.Pointer(&typ)), &size)
	return typ, os.NewSyscallError("getsockopt", err)
}

// Base finds the base provider's socket beneath s. It fails with ErrNoBase if a
// layered provider hides it, and for whatever is no open socket.
func Base(s uintptr) (uintptr, error) { return base(s, handle, IsNotSocket) }

// handle is an ioctl that answers with a socket.
func handle(s uintptr, code uint32) (uintptr, error) {
	var out windows.Handle
	var n uint32
	err := windows.WSAIoctl(windows.Handle(s), code, nil, 0,
		(*byte)(unsafe.Pointer(&out)), uint32(unsafe.Sizeof(out)), &n, nil, 0)
	if err != nil {
		return 0, os.NewSyscallError("WSAIoctl", err)
	}
	return uintptr(out), nil
}

// Local is getsockname, or no address if the socket is not bound.
func Local(s uintptr) Name { return name(procGetsockname, s) }

// Peer is getpeername, or no address if the socket is not connected.
func Peer(s uintptr) Name { return name(procGetpeername, s) }

func name(proc *windows.LazyProc, s uintptr) Name {
	var full struct {
		name Name
		rest [128]byte // room for what Name leaves out
	}
	size := int32(unsafe.Sizeof(full.name.Raw) + unsafe.Sizeof(full.rest))
	r, _, _ := syscall.SyscallN(proc.Addr(), s,
		uintptr(unsafe.Pointer(&full.name.Raw)), uintptr(unsafe.Pointer(&size)))
	if r != 0 || size <= 0 {
		return Name{}
	}
	full.name.Len = size
	return full.name
}

// SetNonblock is FIONBIO.
func SetNonblock(s uintptr) error {
	on := uint32(1)
	cmd := uint32(fionbio)
	r, _, errno := syscall.SyscallN(procIoctlsocket.Addr(), s, uintptr(cmd), uintptr(unsafe.Pointer(&on)))
	if r != 0 {
		return os.NewSyscallError("ioctlsocket", errno)
	}
	return nil
}

// Send sends p. It reports true if the socket would have blocked.
func Send(s uintptr, p []byte) (blocked bool, err error) {
	_, blocked, err = transfer(procSend, s, p)
	return blocked, err
}

// Receive reads into p. It reports true if the socket would have blocked.
func Receive(s uintptr, p []byte) (n int, blocked bool, err error) { return transfer(procRecv, s, p) }

func transfer(proc *windows.LazyProc, s uintptr, p []byte) (int, bool, error) {
	n, _, errno := syscall.SyscallN(proc.Addr(), s,
		uintptr(unsafe.Pointer(unsafe.SliceData(p))), uintptr(len(p)), 0)
	switch {
	case int32(n) >= 0:
		return int(int32(n)), false, nil
	case errno == windows.WSAEWOULDBLOCK:
		return 0, true, nil
	}
	return 0, false, os.NewSyscallError(proc.Name, errno)
}

// Close is closesocket.
func Close(s uintptr) error {
	return os.NewSyscallError("closesocket", windows.Closesocket(windows.Handle(s)))
}

// IsNotSocket says that a number is no open socket.
func IsNotSocket(err error) bool { return errors.Is(err, windows.WSAENOTSOCK) }
