package sock

import (
	"net/netip"
	"os"
	"sync"
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"
)

var (
	ws2         = windows.NewLazySystemDLL("ws2_32.dll")
	procAccept  = ws2.NewProc("accept")
	procIoctl   = ws2.NewProc("ioctlsocket")
	procRecv    = ws2.NewProc("recv")
	procSend    = ws2.NewProc("send")
	startSocket = sync.OnceValue(func() error {
		var data windows.WSAData
		return windows.WSAStartup(0x202, &data)
	})
)

const (
	fionbio            = 0x8004667e
	soError            = 0x1007
	soExclusiveAddrUse = ^0x4 // SO_EXCLUSIVEADDRUSE is ~SO_REUSEADDR
	sdSend             = 1
	msgOOB             = 1
)

// Listen opens a socket that accepts connections (tcp, unix) or receives
// datagrams (udp) at a.
func Listen(a Addr) (Socket, error) {
	s, sa, err := open(a)
	if err != nil {
		return None, err
	}
	if a.network == "tcp" {
		// Otherwise another program could take the port over.
		_ = windows.SetsockoptInt(windows.Handle(s), windows.SOL_SOCKET, soExclusiveAddrUse, 1)
	}
	if err := windows.Bind(windows.Handle(s), sa); err != nil {
		_ = s.Close()
		return None, os.NewSyscallError("bind", err)
	}
	if a.network != "udp" {
		if err := windows.Listen(windows.Handle(s), windows.SOMAXCONN); err != nil {
			_ = s.Close()
			return None, os.NewSyscallError("listen", err)
		}
	}
	return s, nil
}

// Connect opens a socket and begins to connect it to a. The attempt has ended
// when the socket is writable or its connect has failed; [Socket.ConnectError]
// then says how.
func Connect(a Addr) (Socket, error) {
	s, sa, err := open(a)
	if err != nil {
		return None, err
	}
	if a.network == "tcp" {
		s.noDelay()
	}
	switch err := windows.Connect(windows.Handle(s), sa); err {
	case nil, windows.WSAEWOULDBLOCK, windows.WSAEINPROGRESS:
		return s, nil
	default:
		_ = s.Close()
		return None, os.NewSyscallError("connect", err)
	}
}

func open(a Addr) (Socket, windows.Sockaddr, error) {
	if err := startSocket(); err != nil {
		return None, nil, os.NewSyscallError("WSAStartup", err)
	}
	family, kind := windows.AF_INET, windows.SOCK_STREAM
	var sa windows.Sockaddr
	switch ip := a.ip.Addr(); {
	case a.network == "unix":
		family, sa = windows.AF_UNIX, &windows.SockaddrUnix{Name: a.path}
	case ip.Is4():
		sa = &windows.SockaddrInet4{Port: int(a.ip.Port()), Addr: ip.As4()}
	default:
		family = windows.AF_INET6
		sa = &windows.SockaddrInet6{Port: int(a.ip.Port()), Addr: ip.As16(), ZoneId: zoneIndex(ip.Zone())}
	}
	if a.network == "udp" {
		kind = windows.SOCK_DGRAM
	}
	h, err := windows.WSASocket(int32(family), int32(kind), 0, nil, 0,
		windows.WSA_FLAG_OVERLAPPED|windows.WSA_FLAG_NO_HANDLE_INHERIT)
	if err != nil {
		return None, nil, os.NewSyscallError("socket", err)
	}
	s := Socket(h)
	if err := s.nonblock(); err != nil {
		_ = s.Close()
		return None, nil, err
	}
	return s, sa, nil
}

func (s Socket) nonblock() error {
	on := uint32(1)
	r, _, errno := syscall.SyscallN(procIoctl.Addr(), uintptr(s), fionbio, uintptr(unsafe.Pointer(&on)))
	if int32(r) != 0 {
		return os.NewSyscallError("ioctlsocket", errno)
	}
	return nil
}

func (s Socket) noDelay() {
	_ = windows.SetsockoptInt(windows.Handle(s), windows.IPPROTO_TCP, windows.TCP_NODELAY, 1)
}

// Accept takes one connection from a listener. It fails with [ErrWouldBlock] if
// there is none and [ErrAborted] if there was one; see [IsExhausted] for
// failures that pass.
func (s Socket) Accept() (Socket, error) {
	// An accepted socket is non-blocking and not inherited if its listener
	// is; saying it again costs one call per connection and leaves no doubt.
	r, _, errno := syscall.SyscallN(procAccept.Addr(), uintptr(s), 0, 0)
	if Socket(r) == None {
		switch errno {
		case windows.WSAEWOULDBLOCK:
			return None, ErrWouldBlock
		case windows.WSAECONNRESET:
			return None, ErrAborted
		}
		return None, os.NewSyscallError("accept", errno)
	}
	c := Socket(r)
	_ = windows.SetHandleInformation(windows.Handle(c), windows.HANDLE_FLAG_INHERIT, 0)
	if err := c.nonblock(); err != nil {
		_ = c.Close()
		return None, err
	}
	c.noDelay()
	return c, nil
}

// Read reads what is there. On a stream, zero bytes without an error are the end
// of it. It fails with [ErrWouldBlock] if there is nothing.
func (s Socket) Read(b []byte) (int, error) {
	r, _, errno := syscall.SyscallN(procRecv.Addr(), uintptr(s), uintptr(unsafe.Pointer(unsafe.SliceData(b))), uintptr(len(b)), 0)
	if int32(r) >= 0 {
		return int(int32(r)), nil
	}
	switch errno {
	case windows.WSAEWOULDBLOCK:
		return 0, ErrWouldBlock
	case windows.WSAEMSGSIZE:
		return len(b), nil // a datagram that was longer than the buffer
	}
	return 0, os.NewSyscallError("recv", errno)
}

// ReadUrgent reads the byte that TCP calls urgent. It fails if there is none.
func (s Socket) ReadUrgent(b []byte) (int, error) {
	r, _, errno := syscall.SyscallN(procRecv.Addr(), uintptr(s), uintptr(unsafe.Pointer(unsafe.SliceData(b))), uintptr(len(b)), msgOOB)
	if int32(r) < 0 {
		return 0, os.NewSyscallError("recv", errno)
	}
	return int(int32(r)), nil
}

// Write writes as much as there is room for. It fails with [ErrWouldBlock] if
// there is none.
func (s Socket) Write(b []byte) (int, error) {
	r, _, errno := syscall.SyscallN(procSend.Addr(), uintptr(s), uintptr(unsafe.Pointer(unsafe.SliceData(b))), uintptr(len(b)), 0)
	if int32(r) >= 0 {
		return int(int32(r)), nil
	}
	if errno == windows.WSAEWOULDBLOCK {
		return 0, ErrWouldBlock
	}
	return 0, os.NewSyscallError("send", errno)
}

// ConnectError says how a connection attempt has ended, and takes any other
// error that is pending.
func (s Socket) ConnectError() error {
	code, err := windows.GetsockoptInt(windows.Handle(s), windows.SOL_SOCKET, soError)
	if err != nil {
		return os.NewSyscallError("getsockopt", err)
	}
	if code != 0 {
		return os.NewSyscallError("connect", windows.Errno(code))
	}
	return nil
}

// CloseWrite ends the outgoing direction.
func (s Socket) CloseWrite() error {
	return os.NewSyscallError("shutdown", windows.Shutdown(windows.Handle(s), sdSend))
}

// Close gives the socket back. What was written is still sent.
func (s Socket) Close() error {
	return os.NewSyscallError("closesocket", windows.Closesocket(windows.Handle(s)))
}

// Local is the socket's own address, or the zero Addr.
func (s Socket) Local(network string) Addr {
	sa, err := windows.Getsockname(windows.Handle(s))
	return address(network, sa, err)
}

// Peer is the address of the other end, or the zero Addr.
func (s Socket) Peer(network string) Addr {
	sa, err := windows.Getpeername(windows.Handle(s))
	return address(network, sa, err)
}

func address(network string, sa windows.Sockaddr, err error) Addr {
	if err != nil {
		return Addr{}
	}
	switch sa := sa.(type) {
	case *windows.SockaddrInet4:
		return Addr{network: network, ip: netip.AddrPortFrom(netip.AddrFrom4(sa.Addr), uint16(sa.Port))}
	case *windows.SockaddrInet6:
		return Addr{network: network, ip: netip.AddrPortFrom(netip.AddrFrom16(sa.Addr).Unmap(), uint16(sa.Port))}
	case *windows.SockaddrUnix:
		return Unix(sa.Name)
	}
	return Addr{}
}
