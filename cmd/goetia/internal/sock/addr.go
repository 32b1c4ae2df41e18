package sock

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
)

// Addr is where a socket listens or connects to: a TCP or UDP address and port,
// or the path of a Unix domain socket. It is comparable.
type Addr struct {
	network string // "tcp", "udp", "unix"
	ip      netip.AddrPort
	path    string
}

// TCP is the address of a TCP endpoint.
func TCP(ip netip.AddrPort) Addr { return Addr{network: "tcp", ip: ip} }

// UDP is the address of a UDP endpoint.
func UDP(ip netip.AddrPort) Addr { return Addr{network: "udp", ip: ip} }

// Unix is the address of a Unix domain stream socket.
func Unix(path string) Addr { return Addr{network: "unix", path: path} }

// Network is "tcp", "udp" or "unix".
func (a Addr) Network() string { return a.network }

// AddrPort is the address and port; it is invalid for Unix domain sockets.
func (a Addr) AddrPort() netip.AddrPort { return a.ip }

// String is HOST:PORT or the path, as net writes it.
func (a Addr) String() string {
	if a.network == "unix" {
		return a.path
	}
	return a.ip.String()
}

// ErrAddress: the text is no address, which no retry will change.
var ErrAddress = errors.New("bad address")

// Resolve turns text into an address: "HOST:PORT" for tcp and udp, where HOST
// may be a name and PORT a service, and a path for unix. An empty host is
// 127.0.0.1; whoever wants every interface says 0.0.0.0 or [::]. Of a name's
// addresses an IPv4 one is preferred. It may block for as long as the system's
// resolver does, or until ctx is done.
func Resolve(ctx context.Context, network, text string) (Addr, error) {
	if network == "unix" {
		if text == "" {
			return Addr{}, fmt.Errorf("%w: empty path", ErrAddress)
		}
		return Unix(text), nil
	}
	host, service, err := net.SplitHostPort(text)
	if err != nil {
		return Addr{}, fmt.Errorf("%w %q: want HOST:PORT", ErrAddress, text)
	}
	port, err := lookupPort(ctx, network, service)
	if err != nil {
		return Addr{}, fmt.Errorf("%w %q: %q is no port", ErrAddress, text, service)
	}
	ip, err := lookupHost(ctx, host)
	if err != nil {
		return Addr{}, err
	}
	return Addr{network: network, ip: netip.AddrPortFrom(ip, port)}, nil
}

func lookupPort(ctx context.Context, network, service string) (uint16, error) {
	if n, err := strconv.ParseUint(service, 10, 16); err == nil {
		return uint16(n), nil
	}
	n, err := net.DefaultResolver.LookupPort(ctx, network, service)
	return uint16(n), err
}

func lookupHost(ctx context.Context, host string) (netip.Addr, error) {
	if host == "" {
		return netip.AddrFrom4([4]byte{127, 0, 0, 1}), nil
	}
	if ip, err := netip.ParseAddr(host); err == nil {
		return ip.Unmap(), nil
	}
	if strings.ContainsAny(host, " /:") {
		return netip.Addr{}, fmt.Errorf("%w: %q is no host", ErrAddress, host)
	}
	ips, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	if err != nil {
		return netip.Addr{}, err
	}
	best := ips[0].Unmap()
	for _, ip := range ips {
		if ip = ip.Unmap(); ip.Is4() {
			best = ip
			break
		}
	}
	return best, nil
}

// zoneIndex is the number of a link-local address's interface.
func zoneIndex(zone string) uint32 {
	if zone == "" {
		return 0
	}
	if n, err := strconv.ParseUint(zone, 10, 32); err == nil {
		return uint32(n)
	}
	if i, err := net.InterfaceByName(zone); err == nil {
		return uint32(i.Index)
	}
	return 0
}
