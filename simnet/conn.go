package simnet

import (
	"bytes"
	"io"
	"net"
	"net/netip"
	"os"
	"sync"
	"time"

	"github.com/goetia-go/goetia"
)

var errDeadline = os.ErrDeadlineExceeded

// Conn is one end of a stream: a net.Conn that behaves as a *net.TCPConn does. It is made by
// [Host.DialContext], [Listener.Accept] and [Pipe]. Its methods are safe for concurrent use.
type Conn struct {
	n             *Network
	network       string
	local, remote netip.AddrPort
	peer          *Conn
	held          *holding

	// The rest is guarded by Network.mu.
	cond *sync.Cond
	// out goes to the peer, and in is what has arrived and was not read.
	out flow
	in  bytes.Buffer
	// sent is how many bytes were sent that the peer has not read.
	sent int
	// writing: a Write is in progress, and its bytes stay together.
	writing  bool
	rd, wr   deadline
	asks     asks
	closed   bool
	finished bool // the end of what is sent was sent
	ended    bool // the end of what the peer sends has arrived
	deaf     bool // CloseRead
	broken   bool // it was reset
	abrupt   bool // Close resets it

	established bool
}

var (
	_ net.Conn        = (*Conn)(nil)
	_ goetia.Notifier = (*Conn)(nil)
)

// Pipe returns the two ends of a connection in a network of its own, with nothing between
// them that would take time. Unlike net.Pipe it has buffers.
func Pipe() (a, b *Conn) {
	var n Network
	a, err := n.pipe()
	if err != nil {
		panic(err) // nothing that is used here can fail
	}
	return a, a.peer
}

func (n *Network) pipe() (*Conn, error) {
	h, to := n.Host("a"), n.Host("b")
	l, err := to.Listen("tcp", ":1")
	if err != nil {
		return nil, err
	}
	a, err := h.Dial("tcp", "b:1")
	if err != nil {
		return nil, err
	}
	if _, err := l.Accept(); err != nil {
		return nil, err
	}
	return a.(*Conn), l.Close()
}

func (c *Conn) error(op string, err error) error {
	return &net.OpError{Op: op, Net: c.network, Source: c.LocalAddr(), Addr: c.RemoteAddr(), Err: err}
}

// Read reads what has arrived. At the end of the stream it returns io.EOF, and after a reset,
// once what came before it was read, always the same error.
func (c *Conn) Read(b []byte) (int, error) {
	c.n.mu.Lock()
	defer c.n.unlock()
	for {
		switch {
		case c.closed:
			return 0, c.error("read", net.ErrClosed)
		case len(b) == 0:
			return 0, nil
		case c.rd.passed:
			return 0, c.error("read", errDeadline)
		case c.in.Len() > 0:
			n, _ := c.in.Read(b)
			c.peer.credit(n)
			return n, nil
		case c.broken:
			return 0, c.error("read", os.NewSyscallError("read", errReset))
		case c.ended || c.deaf:
			return 0, io.EOF
		}
		c.n.wait(c.cond)
	}
}

// Write sends all of b, and waits while there is no room for it. The bytes of one Write stay
// together.
func (c *Conn) Write(b []byte) (sent int, err error) {
	c.n.mu.Lock()
	defer c.n.unlock()
	for c.writing {
		if err := c.writable(); err != nil {
			return 0, err
		}
		c.n.wait(c.cond)
	}
	c.writing = true
	defer func() {
		c.writing = false
		c.cond.Broadcast()
	}()
	for {
		if err := c.writable(); err != nil {
			return sent, err
		}
		room := min(c.room(), len(b)-sent)
		if room > 0 {
			c.transmit(b[sent : sent+room])
			sent += room
		}
		switch {
		case sent == len(b):
			return sent, nil
		case room == 0:
			c.n.wait(c.cond)
		}
	}
}

// writable says why nothing can be written.
func (c *Conn) writable() error {
	switch {
	case c.closed:
		return c.error("write", net.ErrClosed)
	case c.wr.passed:
		return c.error("write", errDeadline)
	case c.broken:
		return c.error("write", os.NewSyscallError("write", errReset))
	case c.finished:
		return c.error("write", os.NewSyscallError("write", errPipe))
	}
	return nil
}

// Close ends both directions. What was written is still sent; but if something has
// arrived that was not read, or after SetLinger(0), the connection is reset, as TCP does it.
func (c *Conn) Close() error {
	c.n.mu.Lock()
	defer c.n.unlock()
	if c.closed {
		return c.error("close", net.ErrClosed)
	}
	c.close(c.abrupt)
	return nil
}

// CloseRead ends reading: what has arrived can still be read, and then there is io.EOF. What
// comes later is dropped. After a reset it fails.
func (c *Conn) CloseRead() error {
	return c.shut(func() { c.deaf = true })
}

// CloseWrite ends writing. The peer's Read returns io.EOF when it has read what was
// written. After a reset it fails.
func (c *Conn) CloseWrite() error { return c.shut(c.finish) }

func (c *Conn) shut(f func()) error {
	c.n.mu.Lock()
	defer c.n.unlock()
	if c.closed {
		return c.error("close", net.ErrClosed)
	}
	if c.broken {
		return c.error("close", os.NewSyscallError("shutdown", errNotConnected))
	}
	f()
	c.changed()
	return nil
}

// SetLinger has Close reset the connection if sec is zero, like (*net.TCPConn).SetLinger.
// Otherwise Close does not wait, whatever sec is.
func (c *Conn) SetLinger(sec int) error {
	return c.set(func() { c.abrupt = sec == 0 })
}

// Reset breaks the connection at both ends and at once, whatever the link, as if something
// on the way had sent a reset to either.
func (c *Conn) Reset() {
	c.n.mu.Lock()
	defer c.n.unlock()
	c.reset()
}

func (c *Conn) reset() {
	for _, end := range []*Conn{c, c.peer} {
		end.out.drop()
		end.interrupted()
	}
}

// ResetConns breaks all open connections between two hosts, as [Conn.Reset] does.
func (n *Network) ResetConns(a, b *Host) {
	n.mu.Lock()
	defer n.unlock()
	for _, c := range n.between(a, b) {
		c.reset()
	}
}

// LocalAddr is a *net.TCPAddr.
func (c *Conn) LocalAddr() net.Addr { return net.TCPAddrFromAddrPort(c.local) }

// RemoteAddr is a *net.TCPAddr.
func (c *Conn) RemoteAddr() net.Addr { return net.TCPAddrFromAddrPort(c.remote) }

// SetDeadline implements net.Conn.
func (c *Conn) SetDeadline(t time.Time) error {
	return c.set(func() {
		c.n.setDeadline(&c.rd, c.cond, t)
		c.n.setDeadline(&c.wr, c.cond, t)
	})
}

// SetReadDeadline implements net.Conn.
func (c *Conn) SetReadDeadline(t time.Time) error {
	return c.set(func() { c.n.setDeadline(&c.rd, c.cond, t) })
}

// SetWriteDeadline implements net.Conn.
func (c *Conn) SetWriteDeadline(t time.Time) error {
	return c.set(func() { c.n.setDeadline(&c.wr, c.cond, t) })
}

func (c *Conn) set(f func()) error {
	c.n.mu.Lock()
	defer c.n.unlock()
	if c.closed {
		return c.error("set", net.ErrClosed)
	}
	f()
	return nil
}

// NotifyReady implements goetia.Notifier. A connection is Writable when at least a third of
// its buffer is free.
func (c *Conn) NotifyReady(in goetia.Interest, f func(goetia.Readiness)) (stop func() bool) {
	return c.n.notifyReady(&c.asks, c.ready, in, f)
}
