//go:build windows

package winsock

import (
	"errors"
	"fmt"
	"os"
	"syscall"

	"golang.org/x/sys/windows"
)

var errIntruder = errors.New("another process keeps connecting to the wake-up socket")

// Pair makes two TCP sockets that are connected to one another over loopback,
// nonblocking and not inherited by child processes.
func Pair() (near, far uintptr, err error) {
	if err := Start(); err != nil {
		return 0, 0, err
	}
	listener, err := tcpSocket()
	if err != nil {
		return 0, 0, err
	}
	defer Close(listener)
	err = windows.Bind(windows.Handle(listener), &windows.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}})
	if err != nil {
		return 0, 0, os.NewSyscallError("bind", err)
	}
	if err := windows.Listen(windows.Handle(listener), 1); err != nil {
		return 0, 0, os.NewSyscallError("listen", err)
	}
	address, err := windows.Getsockname(windows.Handle(listener))
	if err != nil {
		return 0, 0, os.NewSyscallError("getsockname", err)
	}
	// Anyone on this machine may connect to the listener while it is there.
	for range 4 {
		near, far, err = connectPair(listener, address)
		if !errors.Is(err, errIntruder) {
			break
		}
	}
	return near, far, err
}

func connectPair(listener uintptr, address windows.Sockaddr) (near, far uintptr, err error) {
	near, err = tcpSocket()
	if err != nil {
		return 0, 0, err
	}
	// The backlog takes the connection, so neither call waits.
	if err := windows.Connect(windows.Handle(near), address); err != nil {
		return 0, 0, errors.Join(os.NewSyscallError("connect", err), Close(near))
	}
	far, _, errno := syscall.SyscallN(procAccept.Addr(), listener, 0, 0)
	if far == invalidSocket {
		return 0, 0, errors.Join(os.NewSyscallError("accept", errno), Close(near))
	}
	if local, peer := Local(near), Peer(far); local != peer {
		return 0, 0, fmt.Errorf("%w: %v", errIntruder, errors.Join(Close(near), Close(far)))
	}
	err = errors.Join(
		windows.SetHandleInformation(windows.Handle(far), windows.HANDLE_FLAG_INHERIT, 0),
		SetNonblock(near), SetNonblock(far),
		windows.SetsockoptInt(windows.Handle(far), windows.IPPROTO_TCP, windows.TCP_NODELAY, 1),
		windows.SetsockoptInt(windows.Handle(near), windows.IPPROTO_TCP, windows.TCP_NODELAY, 1),
	)
	if err != nil {
		return 0, 0, errors.Join(err, Close(near), Close(far))
	}
	return near, far, nil
}

// Loop makes a datagram socket that is connected to itself over loopback, nonblocking and
// not inherited by child processes.
func Loop() (uintptr, error) {
	if err := Start(); err != nil {
		return 0, err
	}
	h, err := windows.WSASocket(windows.AF_INET, windows.SOCK_DGRAM, windows.IPPROTO_UDP, nil, 0,
		windows.WSA_FLAG_OVERLAPPED|windows.WSA_FLAG_NO_HANDLE_INHERIT)
	if err != nil {
		return 0, os.NewSyscallError("WSASocket", err)
	}
	s := uintptr(h)
	if err := connectLoop(h); err != nil {
		return 0, errors.Join(err, Close(s))
	}
	return s, nil
}

func connectLoop(s windows.Handle) error {
	if err := windows.Bind(s, &windows.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		return os.NewSyscallError("bind", err)
	}
	address, err := windows.Getsockname(s)
	if err != nil {
		return os.NewSyscallError("getsockname", err)
	}
	if err := windows.Connect(s, address); err != nil {
		return os.NewSyscallError("connect", err)
	}
	return SetNonblock(uintptr(s))
}

// tcpSocket makes a blocking IPv4 stream socket.
func tcpSocket() (uintptr, error) {
	s, err := windows.WSASocket(windows.AF_INET, windows.SOCK_STREAM, windows.IPPROTO_TCP, nil, 0,
		windows.WSA_FLAG_OVERLAPPED|windows.WSA_FLAG_NO_HANDLE_INHERIT)
	return uintptr(s), os.NewSyscallError("WSASocket", err)
}
