package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"

	"golang.org/x/net/dns/dnsmessage"
)

var errNothing = errors.New("it knows no address")

// query is the question for a host's IPv4 addresses.
func query(host string) (b []byte, id uint16, err error) {
	name, err := dnsmessage.NewName(host + ".")
	if err != nil {
		return nil, 0, err
	}
	id = uint16(rand.Uint32())
	m := dnsmessage.Message{
		Header:    dnsmessage.Header{ID: id, RecursionDesired: true},
		Questions: []dnsmessage.Question{{Name: name, Type: dnsmessage.TypeA, Class: dnsmessage.ClassINET}},
	}
	b, err = m.Pack()
	return b, id, err
}

// parse reads an answer. mine is false if it is none to our question.
func parse(b []byte, id uint16) (addrs []netip.Addr, mine bool, err error) {
	var m dnsmessage.Message
	if m.Unpack(b) != nil || m.ID != id || !m.Response {
		return nil, false, nil
	}
	if m.RCode != dnsmessage.RCodeSuccess {
		return nil, true, fmt.Errorf("%v", m.RCode)
	}
	for _, r := range m.Answers {
		if a, ok := r.Body.(*dnsmessage.AResource); ok {
			addrs = append(addrs, netip.AddrFrom4(a.A))
		}
	}
	if len(addrs) == 0 {
		err = errNothing
	}
	return addrs, true, err
}
