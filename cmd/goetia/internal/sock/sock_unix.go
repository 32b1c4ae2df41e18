//go:build unix

package sock

import (
	"net/netip"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// Listen opens a socket that accepts connections (tcp, unix) or receives
// datagrams (udp) at a.
func Listen(a Addr) (Socket, error) {
	s, sa, err := open(a)
	if err != nil {
		return None, err
	}
	if a.network == "tcp" {
		_ = unix.SetsockoptInt(int(s), unix.SOL_SOCKET, unix.SO_REUSEADDR, 1)
	}
	if err := unix.Bind(int(s), sa); err != nil {
		_ = s.Close()
		return None, os.NewSyscallError("bind", err)
	}
	if a.network != "udp" {
		if err := unix.Listen(int(s), backlog); err != nil {
			_ = s.Close()
			return None, os.NewSyscallError("listen", err)
		}
	}
	return s, nil
}

// Connect opens a socket and begins to connect it to a. The attempt has ended
// when the socket is writable; [Socket.ConnectError] then says how.
func Connect(a Addr) (Socket, error) {
	s, sa, err := open(a)
	if err != nil {
		return None, err
	}
	if a.network == "tcp" {
		s.noDelay()
	}
	switch err := unix.Connect(int(s), sa); err {
	case nil, unix.EINPROGRESS, unix.EINTR:
		return s, nil
	default:
		_ = s.Close()
		return None, os.NewSyscallError("connect", err)
	}
}

// backlog is more than any kernel grants: each takes its own limit instead.
const backlog = 65535

func open(a Addr) (Socket, unix.Sockaddr, error) {
	family, kind := unix.AF_INET, unix.SOCK_STREAM
	var sa unix.Sockaddr
	switch ip := a.ip.Addr(); {
	case a.network == "unix":
		family, sa = unix.AF_UNIX, &unix.SockaddrUnix{Name: a.path}
	case ip.Is4():
		sa = &unix.SockaddrInet4{Port: int(a.ip.Port()), Addr: ip.As4()}
	default:
		family = unix.AF_INET6
		sa = &unix.SockaddrInet6{Port: int(a.ip.Port()), Addr: ip.As16(), ZoneId: zoneIndex(ip.Zone())}
	}
	if a.network == "udp" {
		kind = unix.SOCK_DGRAM
	}
	// Without SOCK_CLOEXEC, which not every Unix has, a fork in between would
	// hand the socket on.
	syscall.ForkLock.RLock()
	fd, err := unix.Socket(family, kind, 0)
	if err == nil {
		unix.CloseOnExec(fd)
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return None, nil, os.NewSyscallError("socket", err)
	}
	if err := unix.SetNonblock(fd, true); err != nil {
		_ = unix.Close(fd)
		return None, nil, os.NewSyscallError("fcntl", err)
	}
	return Socket(fd), sa, nil
}

func (s Socket) noDelay() {
	_ = unix.SetsockoptInt(int(s), unix.IPPROTO_TCP, unix.TCP_NODELAY, 1)
}

// Accept takes one connection from a listener. It fails with [ErrWouldBlock] if
// there is none and [ErrAborted] if there was one; see [IsExhausted] for
// failures that pass.
func (s Socket) Accept() (Socket, error) {
	for {
		fd, err := accept(int(s))
		switch err {
		case nil:
			c := Socket(fd)
			c.noDelay() // fails on a Unix domain socket, which has no delay
			return c, nil
		case unix.EINTR:
		case unix.EAGAIN:
			return None, ErrWouldBlock
		case unix.ECONNABORTED, unix.EPROTO:
			return None, ErrAborted
		default:
			return None, os.NewSyscallError("accept", err)
		}
	}
}

// Read reads what is there. On a stream, zero bytes without an error are the end
// of it. It fails with [ErrWouldBlock] if there is nothing.
func (s Socket) Read(b []byte) (int, error) {
	for {
		n, err := unix.Read(int(s), b)
		switch err {
		case nil:
			return n, nil
		case unix.EINTR:
		case unix.EAGAIN:
			return 0, ErrWouldBlock
		default:
			return 0, os.NewSyscallError("read", err)
		}
	}
}

// ReadUrgent reads the byte that TCP calls urgent. It fails if there is none.
func (s Socket) ReadUrgent(b []byte) (int, error) {
	n, _, err := unix.Recvfrom(int(s), b, unix.MSG_OOB)
	if err != nil {
		return 0, os.NewSyscallError("recv", err)
	}
	return n, nil
}

// Write writes as much as there is room for. It fails with [ErrWouldBlock] if
// there is none.
func (s Socket) Write(b []byte) (int, error) {
	for {
		n, err := unix.Write(int(s), b)
		switch err {
		case nil:
			return n, nil
		case unix.EINTR:
		case unix.EAGAIN:
			return 0, ErrWouldBlock
		default:
			return 0, os.NewSyscallError("write", err)
		}
	}
}

// ConnectError says how a connection attempt has ended, and takes any other
// error that is pending.
func (s Socket) ConnectError() error {
	code, err := unix.GetsockoptInt(int(s), unix.SOL_SOCKET, unix.SO_ERROR)
	if err != nil {
		return os.NewSyscallError("getsockopt", err)
	}
	if code != 0 {
		return os.NewSyscallError("connect", unix.Errno(code))
	}
	return nil
}

// CloseWrite ends the outgoing direction.
func (s Socket) CloseWrite() error {
	return os.NewSyscallError("shutdown", unix.Shutdown(int(s), unix.SHUT_WR))
}

// Close gives the socket back. What was written is still sent.
func (s Socket) Close() error {
	return os.NewSyscallError("close", unix.Close(int(s)))
}

// Local is the socket's own address, or the zero Addr.
func (s Socket) Local(network string) Addr {
	sa, err := unix.Getsockname(int(s))
	return address(network, sa, err)
}

// Peer is the address of the other end, or the zero Addr.
func (s Socket) Peer(network string) Addr {
	sa, err := unix.Getpeername(int(s))
	return address(network, sa, err)
}

func address(network string, sa unix.Sockaddr, err error) Addr {
	if err != nil {
		return Addr{}
	}
	switch sa := sa.(type) {
	case *unix.SockaddrInet4:
		return Addr{network: network, ip: netip.AddrPortFrom(netip.AddrFrom4(sa.Addr), uint16(sa.Port))}
	case *unix.SockaddrInet6:
		return Addr{network: network, ip: netip.AddrPortFrom(netip.AddrFrom16(sa.Addr).Unmap(), uint16(sa.Port))}
	case *unix.SockaddrUnix:
		return Unix(sa.Name)
	}
	return Addr{}
}
