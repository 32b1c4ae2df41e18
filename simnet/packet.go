package simnet

import (
	"bytes"
	"errors"
	"net"
	"net/netip"
	"os"
	"sync"
	"time"

	"github.com/goetia-go/goetia"
)

// maxPacket is the length of the longest UDP packet's contents.
const maxPacket = 65507

// PacketConn sends and receives packets: it behaves as a *net.UDPConn does, and is a net.Conn
// as well as a net.PacketConn. It is made by [Host.ListenPacket], and by [Host.DialContext] with
// a remote address. Its methods are safe for concurrent use.
type PacketConn struct {
	h       *Host
	network string
	port    uint16
	// to and remote are where a dialled one sends to; to is nil otherwise.
	to     *Host
	remote netip.AddrPort

	// The rest is guarded by Network.mu.
	cond *sync.Cond
	// queue is what has arrived, held how many bytes of it.
	queue  []packet
	held   int
	rd, wr deadline
	asks   asks
	closed bool
}

type packet struct {
	data []byte
	from netip.AddrPort
}

// cost is what a packet takes of the buffer: an empty one takes something, too.
func (p packet) cost() int { return max(len(p.data), 1) }

var (
	_ net.Conn        = (*PacketConn)(nil)
	_ net.PacketConn  = (*PacketConn)(nil)
	_ goetia.Notifier = (*PacketConn)(nil)
)

func (h *Host) openPacket(network string, port uint16) *PacketConn {
	c := &PacketConn{h: h, network: network, port: port, cond: sync.NewCond(&h.n.mu)}
	h.packets[port] = c
	return c
}

func (h *Host) dialPacket(network string, to *Host, remote netip.AddrPort) (net.Conn, error) {
	port, ok := h.freePort(func(p uint16) bool { return h.packets[p] != nil })
	if !ok {
		return nil, &net.OpError{Op: "dial", Net: network, Addr: net.UDPAddrFromAddrPort(remote), Err: os.NewSyscallError("connect", errNotHere)}
	}
	c := h.openPacket(network, port)
	c.to, c.remote = to, remote
	return c, nil
}

func (c *PacketConn) error(op string, err error) error {
	return &net.OpError{Op: op, Net: c.network, Source: c.LocalAddr(), Addr: c.RemoteAddr(), Err: err}
}

// ReadFrom reads one packet. What does not fit into b is lost, as it is on Unix.
func (c *PacketConn) ReadFrom(b []byte) (int, net.Addr, error) {
	n, from, err := c.read(b)
	if err != nil {
		return 0, nil, err
	}
	return n, net.UDPAddrFromAddrPort(from), nil
}

// Read is ReadFrom without the address.
func (c *PacketConn) Read(b []byte) (int, error) {
	n, _, err := c.read(b)
	return n, err
}

func (c *PacketConn) read(b []byte) (int, netip.AddrPort, error) {
	n := c.h.n
	n.mu.Lock()
	defer n.unlock()
	for {
		switch {
		case c.closed:
			return 0, netip.AddrPort{}, c.error("read", net.ErrClosed)
		case c.rd.passed:
			return 0, netip.AddrPort{}, c.error("read", errDeadline)
		case len(c.queue) > 0:
			p := c.queue[0]
			c.queue[0] = packet{}
			c.queue = c.queue[1:]
			c.held -= p.cost()
			return copy(b, p.data), p.from, nil
		}
		n.wait(c.cond)
	}
}

// WriteTo sends one packet, and does not wait. Whether it arrives depends on the link, on
// whether anybody listens, and on whether that has room; nobody is told. It fails for
// addresses that the network does not have and for more than 65507 bytes.
func (c *PacketConn) WriteTo(b []byte, addr net.Addr) (int, error) {
	n := c.h.n
	n.mu.Lock()
	defer n.unlock()
	if c.to != nil {
		return 0, c.error("write", net.ErrWriteToConnected)
	}
	if addr == nil {
		return 0, c.error("write", errNoAddress)
	}
	name, port, err := parse(addr.String())
	if err != nil {
		return 0, c.error("write", err)
	}
	to, err := c.h.find(name)
	if err != nil {
		return 0, c.error("write", err)
	}
	return c.send(b, to, port)
}

var errNoAddress = errors.New("destination address required")

// Write is WriteTo for the address that was dialled.
func (c *PacketConn) Write(b []byte) (int, error) {
	n := c.h.n
	n.mu.Lock()
	defer n.unlock()
	if c.to == nil {
		return 0, c.error("write", errNoAddress)
	}
	return c.send(b, c.to, c.remote.Port())
}

func (c *PacketConn) send(b []byte, to *Host, port uint16) (int, error) {
	n := c.h.n
	switch {
	case c.closed:
		return 0, c.error("write", net.ErrClosed)
	case c.wr.passed:
		return 0, c.error("write", errDeadline)
	case len(b) > maxPacket:
		return 0, c.error("write", os.NewSyscallError("sendto", errTooLong))
	}
	w := n.wire(c.h, to)
	at := n.arrival(w, len(b))
	if lost := w.Loss > 0 && n.chance() < w.Loss; lost || !w.up() {
		return len(b), nil
	}
	p := packet{bytes.Clone(b), c.local()}
	arrive := func() {
		if other := to.packets[port]; other != nil && w.up() {
			other.arrive(p)
		}
	}
	if at.After(time.Now()) {
		n.schedule(at, arrive)
	} else {
		arrive()
	}
	return len(b), nil
}

// arrive is called with the lock held. A dialled one hears nobody but whom it has dialled.
func (c *PacketConn) arrive(p packet) {
	if c.to != nil && p.from != c.remote || c.held > 0 && c.held+p.cost() > c.h.n.buffer() {
		return
	}
	c.queue = append(c.queue, p)
	c.held += p.cost()
	c.changed()
}

func (c *PacketConn) changed() {
	c.cond.Broadcast()
	c.h.n.answer(&c.asks, c.ready())
}

func (c *PacketConn) ready() goetia.Readiness {
	switch {
	case c.closed:
		return goetia.Closed
	case len(c.queue) > 0:
		return goetia.Readable | goetia.Writable
	}
	return goetia.Writable
}

// Close ends it. What was sent is still under way.
func (c *PacketConn) Close() error {
	n := c.h.n
	n.mu.Lock()
	defer n.unlock()
	if c.closed {
		return c.error("close", net.ErrClosed)
	}
	c.closed = true
	c.queue, c.held = nil, 0
	c.rd.clear()
	c.wr.clear()
	delete(c.h.packets, c.port)
	c.changed()
	return nil
}

func (c *PacketConn) local() netip.AddrPort { return netip.AddrPortFrom(c.h.addr, c.port) }

// LocalAddr is a *net.UDPAddr.
func (c *PacketConn) LocalAddr() net.Addr { return net.UDPAddrFromAddrPort(c.local()) }

// RemoteAddr is a *net.UDPAddr; nil if it was not dialled.
func (c *PacketConn) RemoteAddr() net.Addr {
	if c.to == nil {
		return nil
	}
	return net.UDPAddrFromAddrPort(c.remote)
}

// SetDeadline implements net.Conn.
func (c *PacketConn) SetDeadline(t time.Time) error {
	return c.set(t, &c.rd, &c.wr)
}

// SetReadDeadline implements net.Conn.
func (c *PacketConn) SetReadDeadline(t time.Time) error { return c.set(t, &c.rd) }

// SetWriteDeadline implements net.Conn.
func (c *PacketConn) SetWriteDeadline(t time.Time) error { return c.set(t, &c.wr) }

func (c *PacketConn) set(t time.Time, which ...*deadline) error {
	n := c.h.n
	n.mu.Lock()
	defer n.unlock()
	if c.closed {
		return c.error("set", net.ErrClosed)
	}
	for _, d := range which {
		n.setDeadline(d, c.cond, t)
	}
	return nil
}

// NotifyReady implements goetia.Notifier. It is always Writable.
func (c *PacketConn) NotifyReady(in goetia.Interest, f func(goetia.Readiness)) (stop func() bool) {
	return c.h.n.notifyReady(&c.asks, c.ready, in, f)
}
