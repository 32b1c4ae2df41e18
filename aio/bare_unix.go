//go:build unix

package aio

import (
	"errors"
	"net"
	"syscall"

	"github.com/goetia-go/goetia/internal/sys/socket"
)

// bareConn makes a Conn of a descriptor, or closes it. The peer is who it is known to be, or nil.
func bareConn(l *Loop, fd int, k socket.Kind, peer syscall.Sockaddr) (*Conn, error) {
	c := new(Conn)
	c.sock.Open(fd, k, peer)
	return c.enter(l)
}

// enter registers a Conn that has a socket, or closes that.
func (c *Conn) enter(l *Loop) (*Conn, error) {
	src, err := register(l, &c.sock)
	if err != nil {
		return nil, errors.Join(err, c.sock.Close())
	}
	c.open(l, src)
	l.own(c.sock.Number())
	return c, nil
}

// adopt makes a Conn of what was just opened, or closes it. What package net and the runtime keep
// for it is given up, if there is a descriptor left to do that with.
func (l *Loop) adopt(nc net.Conn) (*Conn, error) {
	switch nc.(type) {
	case *net.TCPConn, *net.UnixConn:
	default:
		return l.stand(nc) // what stands above one may have something to do when it is closed
	}
	k := socket.KindOf(nc.RemoteAddr())
	if k == 0 {
		return l.stand(nc)
	}
	fd, err := socket.Take(nc.(syscall.Conn))
	if err != nil {
		return l.stand(nc)
	}
	peer := socket.Sockaddr(nc.RemoteAddr())
	_ = nc.Close() // the socket goes on
	return bareConn(l, fd, k, peer)
}

// ways is how a Listener accepts.
type ways struct {
	// raw is nil if package net is to accept, since only that knows what to set.
	raw    syscall.RawConn
	kind   socket.Kind
	config net.ListenConfig
}

// know tells a Listener with which settings it was made.
func (a *Listener) know(config *net.ListenConfig) {
	c, ok := a.nl.(syscall.Conn)
	if !ok || !socket.Prepares {
		return
	}
	if raw, err := c.SyscallConn(); err == nil {
		a.ways = ways{raw: raw, kind: socket.KindOf(a.nl.Addr()), config: *config}
	}
}

// arrival is a connection that was accepted, without a Conn.
type arrival struct {
	// nc is nil if there is a descriptor.
	nc   net.Conn
	fd   int
	kind socket.Kind
	peer syscall.Sockaddr
}

func (n arrival) conn(l *Loop) (*Conn, error) {
	if n.nc != nil {
		return l.adopt(n.nc)
	}
	return bareConn(l, n.fd, n.kind, n.peer)
}

// accept is called when there is a connection to accept.
func (a *Listener) accept() (n arrival, err error) {
	if a.raw == nil {
		n.nc, err = a.acceptNet()
		return n, err
	}
	n.kind = a.kind
	failed := a.raw.Control(func(fd uintptr) { n.fd, n.peer, err = socket.Accept(int(fd)) })
	switch {
	case failed != nil:
		return n, a.fail(net.ErrClosed) // it is the only reason
	case err == syscall.EAGAIN:
		return n, errAgain
	case err != nil:
		return n, a.fail(err)
	}
	if n.kind == socket.TCP {
		socket.Prepare(n.fd, &a.config)
	}
	return n, nil
}
