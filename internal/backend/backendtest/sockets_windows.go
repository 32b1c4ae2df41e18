package backendtest

import (
	"errors"
	"os"
	"sync"
	"syscall"
	"time"
)

// The suite's system calls on Windows, without unsafe: package syscall has most
// of them, and what it lacks takes no pointers.

const (
	wsaeWouldBlock  = syscall.Errno(10035)
	wsaeConnRefused = syscall.Errno(10061)
	fionbio         = 0x8004667e
	msgOOB          = 1
	soError         = 0x1007
)

var (
	ws2          = syscall.NewLazyDLL("ws2_32.dll")
	procAccept   = ws2.NewProc("accept")
	startWinsock = sync.OnceValue(func() error {
		var data syscall.WSAData
		return syscall.WSAStartup(0x202, &data)
	})
)

func sysSocket(k kind) (uintptr, error) {
	if err := startWinsock(); err != nil {
		return 0, os.NewSyscallError("WSAStartup", err)
	}
	typ := syscall.SOCK_STREAM
	if k == datagram {
		typ = syscall.SOCK_DGRAM
	}
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	s, err := syscall.Socket(syscall.AF_INET, typ, 0)
	if err != nil {
		return 0, err
	}
	syscall.CloseOnExec(s)
	return uintptr(s), nil
}

func sysSetNonblock(h uintptr, on bool) error {
	var arg [4]byte
	if on {
		arg[0] = 1
	}
	var returned uint32
	return syscall.WSAIoctl(syscall.Handle(h), fionbio, &arg[0], 4, nil, 0, &returned, nil, 0)
}

func sysNoDelay(h uintptr) error {
	return syscall.SetsockoptInt(syscall.Handle(h), syscall.IPPROTO_TCP, syscall.TCP_NODELAY, 1)
}

func loopback(port int) *syscall.SockaddrInet4 {
	return &syscall.SockaddrInet4{Port: port, Addr: [4]byte{127, 0, 0, 1}}
}

func sysBindLoopback(h uintptr) (port int, err error) {
	if err := syscall.Bind(syscall.Handle(h), loopback(0)); err != nil {
		return 0, err
	}
	sa, err := syscall.Getsockname(syscall.Handle(h))
	if err != nil {
		return 0, err
	}
	return sa.(*syscall.SockaddrInet4).Port, nil
}

func sysListen(h uintptr, backlog int) error { return syscall.Listen(syscall.Handle(h), backlog) }

func sysConnect(h uintptr, port int) error {
	err := syscall.Connect(syscall.Handle(h), loopback(port))
	if err == wsaeWouldBlock {
		return errInProgress
	}
	return err
}

func sysAccept(h uintptr) (uintptr, error) {
	s, _, err := procAccept.Call(h, 0, 0)
	if syscall.Handle(s) == syscall.InvalidHandle {
		return 0, blocked(err)
	}
	syscall.CloseOnExec(syscall.Handle(s))
	return s, nil
}

func sysSend(h uintptr, p []byte, urgent bool) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	var n, flags uint32
	if urgent {
		flags = msgOOB
	}
	buf := syscall.WSABuf{Len: uint32(len(p)), Buf: &p[0]}
	err := syscall.WSASend(syscall.Handle(h), &buf, 1, &n, flags, nil, nil)
	return int(n), blocked(err)
}

func sysReceive(h uintptr, p []byte, urgent bool) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	var n, flags uint32
	if urgent {
		flags = msgOOB
	}
	buf := syscall.WSABuf{Len: uint32(len(p)), Buf: &p[0]}
	err := syscall.WSARecv(syscall.Handle(h), &buf, 1, &n, &flags, nil, nil)
	return int(n), blocked(err)
}

func blocked(err error) error {
	if err == wsaeWouldBlock {
		return ErrWouldBlock
	}
	return err
}

func sysShutdownWrite(h uintptr) error {
	return syscall.Shutdown(syscall.Handle(h), syscall.SHUT_WR)
}

// sysLingerZero makes the next close a reset.
func sysLingerZero(h uintptr) error {
	return syscall.SetsockoptLinger(syscall.Handle(h), syscall.SOL_SOCKET, syscall.SO_LINGER, &syscall.Linger{Onoff: 1})
}

func sysClose(h uintptr) error { return syscall.Closesocket(syscall.Handle(h)) }

// sysPending is the error that is pending on a socket, or nil; it clears it.
func sysPending(h uintptr) error {
	n, err := syscall.GetsockoptInt(syscall.Handle(h), syscall.SOL_SOCKET, soError)
	if err == nil && n != 0 {
		err = syscall.Errno(n)
	}
	return err
}

func isRefused(err error) bool { return errors.Is(err, wsaeConnRefused) }

func sysDuplicate(h uintptr) (uintptr, error) {
	self, err := syscall.GetCurrentProcess()
	if err != nil {
		return 0, err
	}
	var dup syscall.Handle
	err = syscall.DuplicateHandle(self, syscall.Handle(h), self, &dup, 0, false, syscall.DUPLICATE_SAME_ACCESS)
	return uintptr(dup), err
}

// sysCloseDuplicate closes what sysDuplicate made: a handle that WinSock, at
// least Wine's, does not know as a socket.
func sysCloseDuplicate(h uintptr) error { return syscall.CloseHandle(syscall.Handle(h)) }

// reuse closes s and makes sockets until one gets its number. Windows hands
// freed numbers out again soon, but not to order.
func reuse(s *socket) (*socket, error) {
	if err := s.Close(); err != nil {
		return nil, err
	}
	var others []*socket
	defer func() {
		for _, s := range others {
			s.Close()
		}
	}()
	for range 512 {
		fresh, err := newSocket(stream)
		if err != nil {
			return nil, err
		}
		if fresh.h == s.h {
			return fresh, nil
		}
		others = append(others, fresh)
	}
	return nil, errNotReused
}

// localPair makes the cheapest pair of connected streams.
func localPair() (*socket, *socket, error) {
	return tcpPair()
}

// pipe is not needed: mechanisms of Windows take sockets only.
func pipe() (_, _ *socket, err error) { return nil, nil, errors.ErrUnsupported }

// processorTime is what this process has used of the processors.
func processorTime() time.Duration {
	self, err := syscall.GetCurrentProcess()
	if err != nil {
		return 0
	}
	var created, exited, kernel, user syscall.Filetime
	if syscall.GetProcessTimes(self, &created, &exited, &kernel, &user) != nil {
		return 0
	}
	ticks := func(f syscall.Filetime) time.Duration {
		return time.Duration(int64(f.HighDateTime)<<32|int64(f.LowDateTime)) * 100
	}
	return ticks(kernel) + ticks(user)
}

// descriptorLimit: Windows has none to speak of.
func descriptorLimit() int { return 16 << 10 }

// shareWith lets a child process have a socket by inheritance, under the same
// number.
func shareWith(attr *os.ProcAttr, s *socket) (uintptr, func(), error) {
	h := syscall.Handle(s.h)
	if err := syscall.SetHandleInformation(h, syscall.HANDLE_FLAG_INHERIT, syscall.HANDLE_FLAG_INHERIT); err != nil {
		return 0, nil, os.NewSyscallError("SetHandleInformation", err)
	}
	if attr.Sys == nil {
		attr.Sys = new(syscall.SysProcAttr)
	}
	attr.Sys.AdditionalInheritedHandles = append(attr.Sys.AdditionalInheritedHandles, h)
	return s.h, func() { syscall.CloseOnExec(h) }, nil
}

// never is a number that no handle has: not a multiple of four.
func never() uintptr { return 0x7ffffff1 }
