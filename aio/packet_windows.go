package aio

import (
	"net"
	"net/netip"
	"os"
	"syscall"
	"time"
)

func (p *PacketConn) tryReceive(b []byte, peek, told bool) (n int, from netip.AddrPort, addr net.Addr, err error) {
	there, err := available(p.raw)
	switch {
	case err != nil:
		return 0, from, nil, err
	case there == 0 && !p.doubt.blocks(told):
		return 0, from, nil, errAgain
	case peek && there > 0:
		n, err = p.peek(b)
		return n, from, nil, err
	case peek:
		return 0, from, nil, errAgain // an empty datagram, which cannot be looked at
	}
	if p.udp == nil {
		return 0, from, nil, errUnsupported("receiving", p.nc)
	}
	// There may be a datagram without bytes, an error, or nothing.
	_ = p.udp.SetReadDeadline(soon())
	defer func() { _ = p.udp.SetReadDeadline(time.Time{}) }()
	if n, from, err = p.udp.ReadFromUDPAddrPort(b); err == nil {
		p.doubt = 0
	}
	from = netip.AddrPortFrom(from.Addr().Unmap(), from.Port())
	return n, from, nil, guarded(err)
}

func (p *PacketConn) peek(b []byte) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	var got, flags uint32 = 0, msgPeek
	var failed error
	err := p.raw.Control(func(fd uintptr) {
		buf := syscall.WSABuf{Len: uint32(len(b)), Buf: &b[0]}
		failed = syscall.WSARecv(syscall.Handle(fd), &buf, 1, &got, &flags, nil, nil)
	})
	if err == nil && failed != nil {
		err = os.NewSyscallError("wsarecv", failed)
	}
	return int(got), err
}

// trySend sends. A datagram is sent as a whole or not at all, so one that a deadline has
// ended was not sent.
func (p *PacketConn) trySend(b []byte, to netip.AddrPort, addr net.Addr) (n int, err error) {
	if p.udp == nil || addr != nil {
		return 0, errUnsupported("sending", p.nc)
	}
	_ = p.udp.SetWriteDeadline(soon())
	defer func() { _ = p.udp.SetWriteDeadline(time.Time{}) }()
	if to.IsValid() {
		n, err = p.udp.WriteToUDPAddrPort(b, to)
	} else {
		n, err = p.udp.Write(b)
	}
	return n, guarded(err)
}
