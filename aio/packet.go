package aio

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"syscall"
	"time"

	"github.com/goetia-go/goetia/future"
)

// PacketConn sends and receives datagrams: UDP or Unix. One task at a time receives, and one
// sends; the other methods are safe for concurrent use.
type PacketConn struct {
	port
	nc  packets
	raw syscall.RawConn
	// udp is nc if it is that.
	udp *net.UDPConn
	// unix is nc if it is that.
	unix *net.UnixConn
	// doubt is for systems where receiving can block.
	doubt doubt
	// six: the socket is of IPv6, and so are addresses that are given to it.
	six bool
}

// packets is what is beneath a PacketConn.
type packets interface {
	descriptor
	net.PacketConn
	RemoteAddr() net.Addr
}

// ListenPacket opens a socket for datagrams: "udp", "udp4", "udp6" or "unixgram". It does not
// wait, unless the address has a host name that must be looked up.
func (l *Loop) ListenPacket(network, address string) (*PacketConn, error) {
	return l.ListenPacketWith(&net.ListenConfig{}, network, address)
}

// ListenPacketWith is ListenPacket with settings of package net.
func (l *Loop) ListenPacketWith(config *net.ListenConfig, network, address string) (*PacketConn, error) {
	nc, err := config.ListenPacket(context.Background(), network, address)
	if err != nil {
		return nil, err
	}
	return l.openPackets(nc)
}

// ListenMulticast receives what is sent to a UDP group, as net.ListenMulticastUDP does; ifi nil
// has the system choose the interface.
func (l *Loop) ListenMulticast(network string, ifi *net.Interface, group *net.UDPAddr) (*PacketConn, error) {
	nc, err := net.ListenMulticastUDP(network, ifi, group)
	if err != nil {
		return nil, err
	}
	return l.openPackets(nc)
}

// DialPacket opens a socket for datagrams to and from one address only. It does not wait, unless
// the address has a host name that must be looked up.
func (l *Loop) DialPacket(network, address string) (*PacketConn, error) {
	nc, err := new(net.Dialer).Dial(network, address)
	if err != nil {
		return nil, err
	}
	return l.openPackets(nc)
}

// openPackets takes over what was just opened, or closes it.
func (l *Loop) openPackets(nc interface{ Close() error }) (*PacketConn, error) {
	p, err := l.NewPacketConn(nc)
	if err != nil {
		return nil, errors.Join(err, nc.Close())
	}
	return p, nil
}

// NewPacketConn takes over a *net.UDPConn or *net.UnixConn; others are errors.ErrUnsupported.
func (l *Loop) NewPacketConn(nc any) (*PacketConn, error) {
	var p *PacketConn
	switch c := nc.(type) {
	case *net.UDPConn:
		p = &PacketConn{nc: c, udp: c}
		if a, ok := c.LocalAddr().(*net.UDPAddr); ok {
			p.six = a.IP.To4() == nil
		}
	case *net.UnixConn:
		p = &PacketConn{nc: c, unix: c}
	default:
		return nil, errUnsupported("datagrams", nc)
	}
	raw, err := p.nc.SyscallConn()
	if err != nil {
		return nil, err
	}
	src, err := register(l, p.nc)
	if err != nil {
		return nil, err
	}
	p.raw = raw
	p.open(l, src)
	return p, nil
}

// Datagram is what was received: its size, at most that of the buffer, and from whom. What does
// not fit is lost. From is for UDP, and Addr for Unix; it is nil if the sender has no name.
type Datagram struct {
	N    int
	From netip.AddrPort
	Addr net.Addr
}

// PollReceive receives a datagram into b.
func (p *PacketConn) PollReceive(cx *future.Context, b []byte) (d Datagram, ready bool, err error) {
	return p.pollReceive(cx, b, false)
}

// PollPeek is PollReceive without taking the datagram. On Windows the buffer must be as
// large as the datagram; the error is otherwise WSAEMSGSIZE.
func (p *PacketConn) PollPeek(cx *future.Context, b []byte) (d Datagram, ready bool, err error) {
	return p.pollReceive(cx, b, true)
}

func (p *PacketConn) pollReceive(cx *future.Context, b []byte, peek bool) (d Datagram, ready bool, err error) {
	if p.is(closed) {
		return d, true, p.fail("read", net.ErrClosed)
	}
	if !cx.Spend() {
		return d, false, nil
	}
	for again := true; ; {
		if again {
			told := p.r.take()
			d.N, d.From, d.Addr, err = p.tryReceive(b, peek, told)
			if peek && told && err != errAgain {
				p.r.state.Or(fired) // it is still true
			}
			if err != errAgain {
				return d, true, p.fail("read", err)
			}
		}
		if again, err = p.wait(cx, &p.r); err != nil {
			return d, true, p.fail("read", err)
		} else if !again {
			return d, false, nil
		}
	}
}

// PollSend sends b to an address, or with the zero AddrPort to that which the socket is
// connected to.
func (p *PacketConn) PollSend(cx *future.Context, b []byte, to netip.AddrPort) (ready bool, err error) {
	return p.pollSend(cx, b, to, nil)
}

// PollSendTo is PollSend to an address of package net.
func (p *PacketConn) PollSendTo(cx *future.Context, b []byte, to net.Addr) (ready bool, err error) {
	if u, ok := to.(*net.UDPAddr); ok && u != nil {
		return p.pollSend(cx, b, u.AddrPort(), nil)
	}
	return p.pollSend(cx, b, netip.AddrPort{}, to)
}

func (p *PacketConn) pollSend(cx *future.Context, b []byte, to netip.AddrPort, addr net.Addr) (ready bool, err error) {
	if p.is(closed) {
		return true, p.fail("write", net.ErrClosed)
	}
	if !cx.Spend() {
		return false, nil
	}
	for again := true; ; {
		if again {
			p.w.take()
			if _, err = p.trySend(b, to, addr); err != errAgain {
				return true, p.fail("write", err)
			}
		}
		if again, err = p.wait(cx, &p.w); err != nil {
			return true, p.fail("write", err)
		} else if !again {
			return false, nil
		}
	}
}

// receiving and sending are the operations as futures.
type receiving struct {
	p    *PacketConn
	b    []byte
	peek bool
}

func (f *receiving) Poll(cx *future.Context) (future.Result[Datagram], bool) {
	d, ready, err := f.p.pollReceive(cx, f.b, f.peek)
	return future.Result[Datagram]{Value: d, Err: err}, ready
}

func (f *receiving) Cancel() { f.p.r.drop() }

// Receive is a future of [PacketConn.PollReceive]. If it is cancelled, no datagram is taken.
func (p *PacketConn) Receive(b []byte) future.Future[future.Result[Datagram]] {
	return &receiving{p: p, b: b}
}

// Peek is a future of [PacketConn.PollPeek].
func (p *PacketConn) Peek(b []byte) future.Future[future.Result[Datagram]] {
	return &receiving{p: p, b: b, peek: true}
}

// Send is a future of [PacketConn.PollSend]. If it is cancelled, nothing was sent.
func (p *PacketConn) Send(b []byte, to netip.AddrPort) future.Future[error] {
	return &outcome{poll: func(cx *future.Context) (bool, error) { return p.PollSend(cx, b, to) }, drop: p.w.drop}
}

// SendTo is a future of [PacketConn.PollSendTo].
func (p *PacketConn) SendTo(b []byte, to net.Addr) future.Future[error] {
	return &outcome{poll: func(cx *future.Context) (bool, error) { return p.PollSendTo(cx, b, to) }, drop: p.w.drop}
}

func (p *PacketConn) fail(op string, err error) error {
	if err == nil {
		return nil
	}
	return &net.OpError{Op: op, Net: p.nc.LocalAddr().Network(), Source: p.nc.LocalAddr(), Addr: p.nc.RemoteAddr(), Err: err}
}

// LocalAddr is this end's address.
func (p *PacketConn) LocalAddr() net.Addr { return p.nc.LocalAddr() }

// RemoteAddr is the address that the socket is connected to, or nil.
func (p *PacketConn) RemoteAddr() net.Addr { return p.nc.RemoteAddr() }

// NetPacketConn is what is beneath, for its settings. Nobody else reads from it, writes to it
// or sets its deadlines.
func (p *PacketConn) NetPacketConn() net.PacketConn { return p.nc }

// Close closes the socket. Those who wait fail with net.ErrClosed.
func (p *PacketConn) Close() error {
	if !p.close() {
		return p.fail("close", net.ErrClosed)
	}
	return p.nc.Close()
}

// soon is a deadline for what should not block at all.
func soon() time.Time { return time.Now().Add(acceptGuard) }
