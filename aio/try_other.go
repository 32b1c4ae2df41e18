//go:build !unix && !windows

package aio

import (
	"errors"
	"net"
	"net/netip"
)

// There is no mechanism here that could wait, so registering has failed before.

func (c *Conn) tryRead([]byte, bool) (int, error) { return 0, errors.ErrUnsupported }
func (c *Conn) tryPeek([]byte, bool) (int, error) { return 0, errors.ErrUnsupported }

func (p *PacketConn) tryReceive([]byte, bool, bool) (int, netip.AddrPort, net.Addr, error) {
	return 0, netip.AddrPort{}, nil, errors.ErrUnsupported
}

func (p *PacketConn) trySend([]byte, netip.AddrPort, net.Addr) (int, error) {
	return 0, errors.ErrUnsupported
}

func exhausted(error) bool { return false }
