package source

import (
	"os"
	"sync"
	"syscall"
)

// Kind says what the sources are. They are made with bare WinSock calls: package
// net would attach each to the runtime's own completion port first.
const Kind = "UDP sockets"

var start = sync.OnceValue(func() error {
	var data syscall.WSAData
	return os.NewSyscallError("WSAStartup", syscall.WSAStartup(0x202, &data))
})

// handle is a bound socket. It is connected to itself by the first signal; most
// are never signalled.
type handle struct {
	s         syscall.Handle
	connected bool
}

func open() (handle, error) {
	if err := start(); err != nil {
		return handle{}, err
	}
	s, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_DGRAM, 0)
	if err != nil {
		return handle{}, os.NewSyscallError("socket", err)
	}
	if err := syscall.Bind(s, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		syscall.Closesocket(s)
		return handle{}, os.NewSyscallError("bind", err)
	}
	return handle{s: s}, nil
}

func (h *handle) number() uintptr { return uintptr(h.s) }
func (h *handle) close()          { syscall.Closesocket(h.s) }

func (h *handle) signal() error {
	if !h.connected {
		self, err := syscall.Getsockname(h.s)
		if err != nil {
			return os.NewSyscallError("getsockname", err)
		}
		if err := syscall.Connect(h.s, self); err != nil {
			return os.NewSyscallError("connect", err)
		}
		h.connected = true
	}
	data := [1]byte{1}
	buf := syscall.WSABuf{Len: 1, Buf: &data[0]}
	var sent uint32
	return os.NewSyscallError("WSASend", syscall.WSASend(h.s, &buf, 1, &sent, 0, nil, nil))
}

func (h *handle) drain() error {
	var data [1]byte
	buf := syscall.WSABuf{Len: 1, Buf: &data[0]}
	var got, flags uint32
	return os.NewSyscallError("WSARecv", syscall.WSARecv(h.s, &buf, 1, &got, &flags, nil, nil))
}
