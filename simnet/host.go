package simnet

import (
	"context"
	"net"
	"net/netip"
	"os"
	"strconv"
)

// Host is a machine in a [Network]. Its methods are safe for concurrent use.
type Host struct {
	n    *Network
	name string
	addr netip.Addr

	// These are guarded by Network.mu.
	listeners map[uint16]*Listener
	packets   map[uint16]*PacketConn
	// used are the addresses of connections that this host has dialled.
	used map[tuple]bool
	// port is the last one that was given out.
	port uint16
}

// tuple identifies a connection of a host.
type tuple struct {
	port   uint16
	remote netip.AddrPort
}

// firstPort is the lowest that is given out to those who ask for none.
const firstPort = 32768

// Name is the name that the host was first asked for by.
func (h *Host) Name() string { return h.name }

// Addr is the host's address.
func (h *Host) Addr() netip.Addr { return h.addr }

// freePort returns a port that nobody uses.
func (h *Host) freePort(taken func(port uint16) bool) (uint16, bool) {
	for range 1<<16 - firstPort {
		h.port = max(h.port+1, firstPort) // after the last one comes zero
		if !taken(h.port) {
			return h.port, true
		}
	}
	return 0, false
}

// transport is the kind of a network's name; family is 4, 6, or 0 for either.
func transport(network string) (kind string, family int, ok bool) {
	switch network {
	case "tcp", "udp":
		return network, 0, true
	case "tcp4", "udp4":
		return network[:3], 4, true
	case "tcp6", "udp6":
		return network[:3], 6, true
	}
	return "", 0, false
}

func suits(addr netip.Addr, family int) bool {
	return family == 0 || addr.Is4() == (family == 4)
}

// parse splits an address into a name and a port number.
func parse(address string) (name string, port uint16, err error) {
	name, number, err := net.SplitHostPort(address)
	if err != nil {
		return "", 0, err
	}
	p, err := strconv.ParseUint(number, 10, 16)
	if err != nil {
		return "", 0, &net.AddrError{Err: "not a port number", Addr: number}
	}
	return name, uint16(p), nil
}

// here says whether a name means the host that uses it.
func (h *Host) here(name string) bool {
	if name == "" || name == "localhost" || name == h.name {
		return true
	}
	addr, err := netip.ParseAddr(name)
	return err == nil && (addr.Unmap() == h.addr || addr.IsLoopback() || addr.IsUnspecified())
}

// find returns the host that a name means.
func (h *Host) find(name string) (*Host, error) {
	if h.here(name) {
		return h, nil
	}
	if to := h.n.lookup(name); to != nil {
		return to, nil
	}
	if _, err := netip.ParseAddr(name); err == nil {
		return nil, os.NewSyscallError("connect", errUnreachable)
	}
	return nil, &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
}

// bind returns the port to use for a local address, with the lock held.
func (h *Host) bind(address string, family int, taken func(port uint16) bool) (uint16, error) {
	if address == "" {
		address = ":0"
	}
	name, port, err := parse(address)
	switch {
	case err != nil:
		return 0, err
	case !h.here(name), !suits(h.addr, family):
		return 0, os.NewSyscallError("bind", errNotHere)
	case port != 0 && taken(port):
		return 0, os.NewSyscallError("bind", errInUse)
	case port != 0:
		return port, nil
	}
	if port, ok := h.freePort(taken); ok {
		return port, nil
	}
	return 0, os.NewSyscallError("bind", errInUse)
}

// Dial is DialContext without a context.
func (h *Host) Dial(network, address string) (net.Conn, error) {
	return h.DialContext(context.Background(), network, address)
}

// DialContext connects to an address of the network, like net.Dialer.DialContext: network is
// "tcp" or "udp", with a 4 or a 6 behind it if one likes, and address is a host's name or
// address and a port's number. It returns a *[Conn] or a *[PacketConn], or a *net.OpError.
//
// A connection takes one latency there and one back. While the link is down or the
// listener's backlog is full, it waits until ctx is done or two minutes have passed. If
// nobody listens it is refused, and for names and addresses that the
// network does not have it fails at once.
func (h *Host) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	kind, family, ok := transport(network)
	if !ok {
		return nil, &net.OpError{Op: "dial", Net: network, Err: net.UnknownNetworkError(network)}
	}
	name, port, err := parse(address)
	if err != nil {
		return nil, &net.OpError{Op: "dial", Net: network, Err: err}
	}
	if err := ended(ctx); err != nil {
		return nil, &net.OpError{Op: "dial", Net: network, Err: err}
	}
	h.n.mu.Lock()
	defer h.n.unlock()
	to, err := h.find(name)
	if err == nil && !suits(to.addr, family) {
		err = &net.AddrError{Err: "no suitable address", Addr: name}
	}
	if err != nil {
		return nil, &net.OpError{Op: "dial", Net: network, Err: err}
	}
	remote := netip.AddrPortFrom(to.addr, port)
	if kind == "udp" {
		return h.dialPacket(network, to, remote)
	}
	return h.dialStream(ctx, network, to, remote)
}

// Listen listens for streams, like net.Listen: network is "tcp", "tcp4" or "tcp6", and address
// a port's number, perhaps with the host's own name or address before it. Port 0
// is one that is free. It returns a *[Listener], or a *net.OpError.
func (h *Host) Listen(network, address string) (net.Listener, error) {
	kind, family, ok := transport(network)
	if !ok || kind != "tcp" {
		return nil, &net.OpError{Op: "listen", Net: network, Err: net.UnknownNetworkError(network)}
	}
	h.n.mu.Lock()
	defer h.n.unlock()
	port, err := h.bind(address, family, func(p uint16) bool { return h.listeners[p] != nil })
	if err != nil {
		return nil, &net.OpError{Op: "listen", Net: network, Err: err}
	}
	return h.listen(network, port), nil
}

// ListenPacket is Listen for packets, like net.ListenPacket: network is "udp", "udp4" or "udp6". It
// returns a *[PacketConn], or a *net.OpError.
func (h *Host) ListenPacket(network, address string) (net.PacketConn, error) {
	kind, family, ok := transport(network)
	if !ok || kind != "udp" {
		return nil, &net.OpError{Op: "listen", Net: network, Err: net.UnknownNetworkError(network)}
	}
	h.n.mu.Lock()
	defer h.n.unlock()
	port, err := h.bind(address, family, func(p uint16) bool { return h.packets[p] != nil })
	if err != nil {
		return nil, &net.OpError{Op: "listen", Net: network, Err: err}
	}
	return h.openPacket(network, port), nil
}
