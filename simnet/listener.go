package simnet

import (
	"net"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/goetia-go/goetia"
)

// Listener accepts streams. It is made by [Host.Listen]. Its methods are safe for concurrent
// use.
type Listener struct {
	h       *Host
	network string
	port    uint16

	// These are guarded by Network.mu.
	cond *sync.Cond
	// queue are the connections that can be accepted, and pending those for which it has
	// no room.
	queue, pending []*Conn
	deadline       deadline
	asks           asks
	closed         bool
}

var (
	_ net.Listener    = (*Listener)(nil)
	_ goetia.Notifier = (*Listener)(nil)
)

func (h *Host) listen(network string, port uint16) *Listener {
	l := &Listener{h: h, network: network, port: port}
	l.cond = sync.NewCond(&h.n.mu)
	h.listeners[port] = l
	return l
}

// offer is called when somebody connects; c is this side's end.
func (l *Listener) offer(c *Conn) {
	if len(l.queue) >= l.h.n.backlog() {
		l.pending = append(l.pending, c)
		return
	}
	l.queue = append(l.queue, c)
	c.established = true
	c.out.send(nil, func([]byte) { c.peer.connected() })
	l.changed()
}

func (l *Listener) changed() {
	l.cond.Broadcast()
	l.h.n.answer(&l.asks, l.ready())
}

func (l *Listener) ready() goetia.Readiness {
	switch {
	case l.closed:
		return goetia.Closed
	case len(l.queue) > 0:
		return goetia.Readable
	}
	return 0
}

func (l *Listener) error(op string, err error) error {
	return &net.OpError{Op: op, Net: l.network, Addr: l.Addr(), Err: err}
}

// Accept waits for the next connection, a *[Conn].
func (l *Listener) Accept() (net.Conn, error) {
	n := l.h.n
	n.mu.Lock()
	defer n.unlock()
	for {
		switch {
		case l.closed:
			return nil, l.error("accept", net.ErrClosed)
		case l.deadline.passed:
			return nil, l.error("accept", errDeadline)
		case len(l.queue) > 0:
			c := l.queue[0]
			l.queue = slices.Delete(l.queue, 0, 1)
			l.promote()
			return c, nil
		}
		n.wait(l.cond)
	}
}

// promote lets the next of the pending in. Those who have given up meanwhile are not.
func (l *Listener) promote() {
	for len(l.pending) > 0 && len(l.queue) < l.h.n.backlog() {
		c := l.pending[0]
		l.pending = slices.Delete(l.pending, 0, 1)
		if !c.broken {
			l.offer(c)
		}
	}
}

// Close ends the listener. Connections that nobody has accepted are reset.
func (l *Listener) Close() error {
	n := l.h.n
	n.mu.Lock()
	defer n.unlock()
	if l.closed {
		return l.error("close", net.ErrClosed)
	}
	l.closed = true
	l.deadline.clear()
	delete(l.h.listeners, l.port)
	for _, c := range l.queue {
		c.close(true)
	}
	for _, c := range l.pending {
		c.refuse()
	}
	l.queue, l.pending = nil, nil
	l.changed()
	return nil
}

// Addr is where it listens, a *net.TCPAddr.
func (l *Listener) Addr() net.Addr {
	return net.TCPAddrFromAddrPort(netip.AddrPortFrom(l.h.addr, l.port))
}

// SetDeadline sets when Accept gives up.
func (l *Listener) SetDeadline(t time.Time) error {
	n := l.h.n
	n.mu.Lock()
	defer n.unlock()
	if l.closed {
		return l.error("set", net.ErrClosed)
	}
	n.setDeadline(&l.deadline, l.cond, t)
	return nil
}

// NotifyReady implements goetia.Notifier: a listener is Readable when Accept will not
// block.
func (l *Listener) NotifyReady(in goetia.Interest, f func(goetia.Readiness)) (stop func() bool) {
	return l.h.n.notifyReady(&l.asks, l.ready, in, f)
}
