package aio

import (
	"errors"
	"fmt"
	"io"
	"net"
	"syscall"
	"time"

	"github.com/goetia-go/goetia"
	"github.com/goetia-go/goetia/future"
	"github.com/goetia-go/goetia/poll"
)

// Conn is a stream of bytes over a socket or a pipe: TCP, Unix, or what else there is
// a descriptor of. One task at a time reads, and one writes; the other methods are safe
// for concurrent use.
type Conn struct {
	port
	base
}

// under is what a Conn stands upon that was made by somebody else.
type under struct {
	nc beneath
	// raw is nil if there is no descriptor.
	raw syscall.RawConn
}

// beneath is a net.Conn or an *os.File.
type beneath interface {
	io.ReadWriteCloser
	SetReadDeadline(time.Time) error
	SetWriteDeadline(time.Time) error
}

// descriptor is one that has a descriptor.
type descriptor interface {
	beneath
	syscall.Conn
}

// newConn registers what is beneath a Conn.
func newConn(l *Loop, nc descriptor) (*Conn, error) {
	raw, err := nc.SyscallConn()
	if err != nil {
		return nil, fmt.Errorf("aio: %w", err)
	}
	c := new(Conn)
	c.stand(nc, raw)
	src, err := register(l, nc)
	if err != nil {
		return nil, err
	}
	c.open(l, src)
	return c, nil
}

// register registers something with a descriptor for longer than one watch.
func register(l *Loop, c syscall.Conn) (*goetia.Source, error) {
	at, err := poll.Conn(c)
	if err != nil {
		return nil, fmt.Errorf("aio: %w", err)
	}
	src, err := l.r.Register(at)
	if err != nil {
		return nil, fmt.Errorf("aio: %w", err)
	}
	return src, nil
}

// PollRead implements [Reader]. The error is io.EOF after the peer's last byte, net.ErrClosed
// after Close, and the system's otherwise.
func (c *Conn) PollRead(cx *future.Context, b []byte) (n int, ready bool, err error) {
	return c.pollTake(cx, b, false)
}

// PollPeek is PollRead without taking the bytes: the next read returns them again. A pipe cannot
// be looked into on Unix; the system's error then is ENOTSOCK.
func (c *Conn) PollPeek(cx *future.Context, b []byte) (n int, ready bool, err error) {
	return c.pollTake(cx, b, true)
}

func (c *Conn) pollTake(cx *future.Context, b []byte, peek bool) (n int, ready bool, err error) {
	if c.is(closed) {
		return 0, true, c.fail("read", net.ErrClosed)
	}
	if len(b) == 0 {
		return 0, true, nil
	}
	if !cx.Spend() {
		return 0, false, nil
	}
	for again := c.r.worth(); ; {
		if again {
			told := c.r.take()
			switch {
			case c.is(soft):
				n, err = c.softRead(b, peek, told)
			case peek:
				n, err = c.tryPeek(b, told)
			default:
				n, err = c.tryRead(b, told)
			}
			if peek && told && err != errAgain {
				c.r.state.Or(fired) // it is still true
			}
			if err != errAgain {
				return n, true, c.fail("read", err)
			}
		}
		if again, err = c.wait(cx, &c.r); err != nil {
			return 0, true, c.fail("read", err)
		} else if !again {
			return 0, false, nil
		}
	}
}

// Read is a future of [Conn.PollRead].
func (c *Conn) Read(b []byte) future.Future[future.Result[int]] { return Read(c, b) }

// Peek is a future of [Conn.PollPeek].
func (c *Conn) Peek(b []byte) future.Future[future.Result[int]] { return Read(peeker{c}, b) }

type peeker struct{ *Conn }

func (p peeker) PollRead(cx *future.Context, b []byte) (int, bool, error) { return p.PollPeek(cx, b) }

// Write is a future of [Conn.PollWrite], which may write less than all of b; [WriteAll]
// writes all.
func (c *Conn) Write(b []byte) future.Future[future.Result[int]] { return Write(c, b) }

func (c *Conn) dropRead()  { c.r.drop() }
func (c *Conn) dropWrite() { c.w.drop() }

// fail dresses an error as package net does, so that those who know that package's errors
// find the same ones here.
func (c *Conn) fail(op string, err error) error {
	if err == nil || err == io.EOF {
		return err
	}
	e := &net.OpError{Op: op, Net: "aio", Source: c.LocalAddr(), Addr: c.RemoteAddr(), Err: err}
	if e.Addr != nil {
		e.Net = e.Addr.Network()
	}
	if a, ok := e.Source.(*net.TCPAddr); ok && a.IP == nil {
		e.Source = nil // nobody knows any more
	}
	return e
}

// addressed is what has addresses.
type addressed interface {
	LocalAddr() net.Addr
	RemoteAddr() net.Addr
}

// LocalAddr is this end's address, or nil if it has none. After Close, and on some systems
// after a reset, it may be an empty one.
func (c *Conn) LocalAddr() net.Addr {
	if a, ok := c.beneath().(addressed); ok {
		return a.LocalAddr()
	}
	return nil
}

// RemoteAddr is the other end's address, or nil if it has none. That of TCP remains after Close.
func (c *Conn) RemoteAddr() net.Addr {
	if a, ok := c.beneath().(addressed); ok {
		return a.RemoteAddr()
	}
	return nil
}

// Loop is where the Conn is registered.
func (c *Conn) Loop() *Loop { return c.l }

// errUnsupported is for what a kind of stream does not have.
func errUnsupported(what string, of any) error {
	return fmt.Errorf("aio: %s of %T: %w", what, of, errors.ErrUnsupported)
}
