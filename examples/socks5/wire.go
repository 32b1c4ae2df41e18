package main

import (
	"encoding/binary"
	"errors"
	"net"
	"net/netip"
	"strconv"
)

// The numbers of RFC 1928.
const (
	version = 5

	noAuthentication = 0
	noMethod         = 0xff

	connect = 1

	succeeded           = 0
	hostUnreachable     = 4
	connectionRefused   = 5
	commandNotSupported = 7

	ipv4       = 1
	domainName = 3
	ipv6       = 4
)

var (
	errVersion  = errors.New("the client does not speak SOCKS 5")
	errNoMethod = errors.New("the client wants to authenticate itself")
	errCommand  = errors.New("the client asks for something else than CONNECT")
	errAddress  = errors.New("the client has an unknown kind of address")
)

// parseGreeting says whether the client can do without authentication.
func parseGreeting(b []byte) (ok bool, n int, err error) {
	if b[0] != version {
		return false, 0, errVersion
	}
	if len(b) < 2 || len(b) < 2+int(b[1]) {
		return false, 0, nil
	}
	n = 2 + int(b[1])
	for _, method := range b[2:n] {
		ok = ok || method == noAuthentication
	}
	return ok, n, nil
}

// request is what the client asks for.
type request struct {
	command byte
	address string
}

func parseRequest(b []byte) (r request, n int, err error) {
	if b[0] != version {
		return r, 0, errVersion
	}
	const head = 4
	if len(b) <= head {
		return r, 0, nil
	}
	size, begin := 0, head
	switch b[3] {
	case ipv4:
		size = 4
	case ipv6:
		size = 16
	case domainName:
		begin, size = head+1, int(b[head])
	default:
		return r, 0, errAddress
	}
	if n = begin + size + 2; len(b) < n {
		return r, 0, nil
	}
	host := string(b[begin : begin+size])
	if b[3] != domainName {
		ip, _ := netip.AddrFromSlice(b[begin : begin+size])
		host = ip.String()
	}
	port := binary.BigEndian.Uint16(b[begin+size:])
	return request{b[1], net.JoinHostPort(host, strconv.Itoa(int(port)))}, n, nil
}

// reply is an answer. The address in it is for other commands.
func reply(code byte) []byte { return []byte{version, code, 0, ipv4, 0, 0, 0, 0, 0, 0} }
