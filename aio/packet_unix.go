//go:build unix

package aio

import (
	"net"
	"net/netip"
	"strconv"
	"syscall"
)

func doReceive(c *call, fd int) (n int, err error) {
	n, c.from, err = syscall.Recvfrom(fd, c.b, 0)
	return n, err
}

func doSend(c *call, fd int) (int, error) {
	if err := syscall.Sendto(fd, c.b, 0, c.to); err != nil {
		return 0, err
	}
	return len(c.b), nil
}

func (p *PacketConn) tryReceive(b []byte, peek, _ bool) (n int, from netip.AddrPort, addr net.Addr, err error) {
	k := calls.Get().(*call)
	defer k.release()
	k.b, k.what = b, doReceive
	if peek {
		k.what = doPeek
	}
	if n, err = k.on(p.raw, "recvfrom"); err != nil {
		return 0, from, nil, err
	}
	switch sa := k.from.(type) {
	case *syscall.SockaddrInet4:
		from = netip.AddrPortFrom(netip.AddrFrom4(sa.Addr), uint16(sa.Port))
	case *syscall.SockaddrInet6:
		ip := netip.AddrFrom16(sa.Addr)
		if sa.ZoneId != 0 {
			ip = ip.WithZone(strconv.FormatUint(uint64(sa.ZoneId), 10))
		}
		from = netip.AddrPortFrom(ip.Unmap(), uint16(sa.Port))
	case *syscall.SockaddrUnix:
		if sa.Name != "" {
			addr = &net.UnixAddr{Net: "unixgram", Name: sa.Name}
		}
	}
	return n, from, addr, nil
}

func (p *PacketConn) trySend(b []byte, to netip.AddrPort, addr net.Addr) (int, error) {
	k := calls.Get().(*call)
	defer k.release()
	k.b, k.what = b, doSend
	switch u, ok := addr.(*net.UnixAddr); {
	case ok && u != nil:
		k.to = &syscall.SockaddrUnix{Name: u.Name}
	case addr != nil:
		return 0, errUnsupported("sending", addr)
	case !to.IsValid():
		k.what = doWrite
	case p.six:
		k.to6 = syscall.SockaddrInet6{Addr: to.Addr().As16(), Port: int(to.Port()), ZoneId: zone(to.Addr())}
		k.to = &k.to6
	case to.Addr().Unmap().Is4():
		k.to4 = syscall.SockaddrInet4{Addr: to.Addr().Unmap().As4(), Port: int(to.Port())}
		k.to = &k.to4
	default:
		return 0, &net.AddrError{Err: "not an IPv4 address", Addr: to.String()}
	}
	return k.on(p.raw, "sendto")
}

// zone is the number of an address' interface, or zero.
func zone(a netip.Addr) uint32 {
	name := a.Zone()
	if name == "" {
		return 0
	}
	if n, err := strconv.ParseUint(name, 10, 32); err == nil {
		return uint32(n)
	}
	ifi, err := net.InterfaceByName(name)
	if err != nil {
		return 0
	}
	return uint32(ifi.Index)
}
