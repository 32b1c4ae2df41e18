package aio

import (
	"net"
	"net/netip"
)

// targets are the addresses to try, in the order of RFC 8305, section 4: the first family is
// that of the resolver's best address, and they take turns.
func targets(network string, addrs []netip.Addr, port string) []string {
	var first, second []netip.Addr
	for _, a := range addrs {
		a = a.Unmap()
		switch {
		case network == "tcp4" && !a.Is4(), network == "tcp6" && a.Is4():
		case len(first) == 0 || first[0].Is4() == a.Is4():
			first = append(first, a)
		default:
			second = append(second, a)
		}
	}
	var out []string
	for i := range max(len(first), len(second)) {
		for _, family := range [][]netip.Addr{first, second} {
			if i < len(family) {
				out = append(out, net.JoinHostPort(family[i].String(), port))
			}
		}
	}
	return out
}
