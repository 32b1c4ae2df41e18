//go:build unix

package socket

import (
	"net"
	"strconv"
	"syscall"
)

// Kind is what a socket is.
type Kind uint8

// The kinds of sockets.
const (
	TCP Kind = 1 + iota
	// Unix is a stream, Unixpacket a sequence of packets, Unixgram datagrams.
	Unix
	Unixpacket
	Unixgram
)

var networks = map[string]Kind{
	"tcp": TCP, "unix": Unix, "unixpacket": Unixpacket, "unixgram": Unixgram,
}

// KindOf is the kind of a socket with such an address, or zero.
func KindOf(a net.Addr) Kind {
	if a == nil {
		return 0
	}
	return networks[a.Network()]
}

// String is package net's name.
func (k Kind) String() string {
	switch k {
	case TCP:
		return "tcp"
	case Unix:
		return "unix"
	case Unixpacket:
		return "unixpacket"
	case Unixgram:
		return "unixgram"
	}
	return "unknown"
}

// address is one of TCP in little space, where package net takes more than a hundred bytes. Of
// other kinds there is the kind.
type address struct {
	ip   [16]byte
	zone uint32
	port uint16
	// size is how much of ip it is, zero if there is none.
	size uint8
	kind Kind
}

func addressOf(sa syscall.Sockaddr) address {
	a := address{kind: TCP}
	switch sa := sa.(type) {
	case *syscall.SockaddrInet4:
		a.port, a.size = uint16(sa.Port), 4
		copy(a.ip[:], sa.Addr[:])
	case *syscall.SockaddrInet6:
		a.ip, a.zone, a.port, a.size = sa.Addr, sa.ZoneId, uint16(sa.Port), 16
	}
	return a
}

// Sockaddr is the address of TCP that package net knows, or nil: the kernel forgets the peer of a
// connection that is reset.
func Sockaddr(a net.Addr) syscall.Sockaddr {
	t, ok := a.(*net.TCPAddr)
	if !ok {
		return nil
	}
	switch len(t.IP) {
	case net.IPv4len:
		return &syscall.SockaddrInet4{Port: t.Port, Addr: [4]byte(t.IP)}
	case net.IPv6len:
		return &syscall.SockaddrInet6{Port: t.Port, ZoneId: index(t.Zone), Addr: [16]byte(t.IP)}
	}
	return nil
}

// index is the number of an interface that has a name or is a number, or zero.
func index(zone string) uint32 {
	if zone == "" {
		return 0
	}
	if i, err := net.InterfaceByName(zone); err == nil {
		return uint32(i.Index)
	}
	n, _ := strconv.ParseUint(zone, 10, 32) // zero if it is none
	return uint32(n)
}

func (a *address) tcp() *net.TCPAddr {
	if a.size == 0 {
		return new(net.TCPAddr)
	}
	return &net.TCPAddr{IP: append(net.IP(nil), a.ip[:a.size]...), Port: int(a.port), Zone: zone(a.zone)}
}

// TCPAddr is what package net calls an address, empty if that is none of TCP.
func TCPAddr(sa syscall.Sockaddr) *net.TCPAddr {
	a := addressOf(sa)
	return a.tcp()
}

// zone is the name of an interface, or its number.
func zone(n uint32) string {
	if n == 0 {
		return ""
	}
	if i, err := net.InterfaceByIndex(int(n)); err == nil {
		return i.Name
	}
	return strconv.FormatUint(uint64(n), 10)
}

// LocalAddr asks the kernel for this end's address. It is empty after Close.
func (s *Socket) LocalAddr() net.Addr {
	sa := s.ask(syscall.Getsockname)
	if s.peer.kind == TCP {
		return TCPAddr(sa)
	}
	return s.unix(sa)
}

// RemoteAddr is the other end's address. That of TCP is known from the beginning, for who wants to
// say whose connection it was that has been reset or closed. That of a Unix socket
// comes from the kernel, and is empty after Close.
func (s *Socket) RemoteAddr() net.Addr {
	if s.peer.kind == TCP {
		return s.peer.tcp()
	}
	return s.unix(s.ask(syscall.Getpeername))
}

func (s *Socket) unix(sa syscall.Sockaddr) net.Addr {
	a := &net.UnixAddr{Net: s.peer.kind.String()}
	if sa, ok := sa.(*syscall.SockaddrUnix); ok {
		a.Name = sa.Name
	}
	return a
}

func (s *Socket) ask(call func(fd int) (syscall.Sockaddr, error)) syscall.Sockaddr {
	fd, ok := s.Hold()
	if !ok {
		return nil
	}
	defer s.Release()
	sa, err := call(fd)
	if err != nil {
		return nil
	}
	return sa
}
