package simnet

import (
	"cmp"
	"context"
	"net"
	"net/netip"
	"os"
	"slices"
	"sync"
	"time"
)

// connectTimeout is for how long Dial tries, which is what Linux does.
const connectTimeout = 127 * time.Second

// pair makes the two ends of a connection, which do not know yet whether there is one.
func (n *Network) pair(network string, from, to *Host, local, remote netip.AddrPort) (near, far *Conn) {
	near = &Conn{n: n, network: network, local: local, remote: remote, out: flow{n: n, from: from, to: to}}
	far = &Conn{n: n, network: network, local: remote, remote: local, out: flow{n: n, from: to, to: from}}
	near.peer, far.peer = far, near
	near.cond, far.cond = sync.NewCond(&n.mu), sync.NewCond(&n.mu)
	return near, far
}

// dialStream is called with the lock held.
func (h *Host) dialStream(ctx context.Context, network string, to *Host, remote netip.AddrPort) (net.Conn, error) {
	n := h.n
	fail := func(local netip.AddrPort, err error) error {
		op := &net.OpError{Op: "dial", Net: network, Addr: net.TCPAddrFromAddrPort(remote), Err: err}
		if local.IsValid() {
			op.Source = net.TCPAddrFromAddrPort(local)
		}
		return op
	}
	port, ok := h.freePort(func(p uint16) bool { return h.used[tuple{p, remote}] || h.listeners[p] != nil })
	if !ok {
		return nil, fail(netip.AddrPort{}, os.NewSyscallError("connect", errNotHere))
	}
	local := netip.AddrPortFrom(h.addr, port)
	near, far := n.pair(network, h, to, local, remote)
	n.hold(h, near, tuple{port, remote})
	near.out.send(nil, func([]byte) {
		if l := to.listeners[remote.Port()]; l != nil {
			l.offer(far)
		} else {
			far.refuse()
		}
	})
	if err := near.connect(ctx); err != nil {
		near.close(true)
		if !far.established {
			far.broken = true
			far.release()
		}
		return nil, fail(local, err)
	}
	return near, nil
}

// connect waits until it is known whether there is a connection.
func (c *Conn) connect(ctx context.Context) error {
	if c.established {
		return nil
	}
	limited, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	defer context.AfterFunc(limited, func() {
		c.n.mu.Lock()
		defer c.n.mu.Unlock()
		c.cond.Broadcast()
	})()
	for {
		switch {
		case c.established:
			return nil
		case c.broken:
			return os.NewSyscallError("connect", errRefused)
		case ctx.Err() != nil:
			return ended(ctx)
		case limited.Err() != nil:
			return os.NewSyscallError("connect", errTimedOut)
		}
		c.n.wait(c.cond)
	}
}

// connected is called when the answer of a listener has arrived.
func (c *Conn) connected() {
	c.established = true
	c.changed()
}

// refuse tells the other end that nobody listens. It is called for an end that nobody has
// been given.
func (c *Conn) refuse() { c.close(true) }

// holding keeps a connection's addresses from being used again while one of its ends is
// open.
type holding struct {
	h     *Host
	near  *Conn
	tuple tuple
	ends  int
}

func (n *Network) hold(h *Host, near *Conn, t tuple) {
	held := &holding{h, near, t, 2}
	near.held, near.peer.held = held, held
	h.used[t] = true
	if n.conns == nil {
		n.conns = make(map[*Conn]uint64)
	}
	n.seq++
	n.conns[near] = n.seq
}

// release is called when an end is closed.
func (c *Conn) release() {
	held := c.held
	if held == nil {
		return
	}
	c.held = nil
	if held.ends--; held.ends == 0 {
		delete(held.h.used, held.tuple)
		delete(c.n.conns, held.near)
	}
}

// between returns the open connections between two hosts, the oldest first.
func (n *Network) between(a, b *Host) []*Conn {
	var found []*Conn
	for c := range n.conns {
		if from, to := c.out.from, c.out.to; from == a && to == b || from == b && to == a {
			found = append(found, c)
		}
	}
	slices.SortFunc(found, func(x, y *Conn) int { return cmp.Compare(n.conns[x], n.conns[y]) })
	return found
}
