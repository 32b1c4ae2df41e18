package httppark

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"syscall"
)

// plain is a connection of package net. It has the methods that net/http looks for.
type plain struct{ conn }

// secure is a TLS connection. net/http sees that it is one by its ConnectionState method.
type secure struct{ conn }

// newConn wraps a connection that was accepted.
func (l *Listener) newConn(inner net.Conn) *conn {
	if _, ok := inner.(*tls.Conn); ok {
		s := &secure{conn{inner: inner, l: l}}
		s.self = s
		return &s.conn
	}
	p := &plain{conn{inner: inner, l: l}}
	p.self = p
	return &p.conn
}

// base finds the conn of what the server was given, or nil if it is none of ours.
func base(nc net.Conn) *conn {
	switch c := nc.(type) {
	case *plain:
		return &c.conn
	case *secure:
		return &c.conn
	}
	return nil
}

// NetConn returns the connection that was accepted. The server must be done with it: after
// a hijack, say.
func (c *plain) NetConn() net.Conn { return c.inner }

// NetConn returns the *tls.Conn. The server must be done with it.
func (c *secure) NetConn() net.Conn { return c.inner }

// SyscallConn implements syscall.Conn.
func (c *plain) SyscallConn() (syscall.RawConn, error) {
	if s, ok := c.inner.(syscall.Conn); ok {
		return s.SyscallConn()
	}
	return nil, errors.ErrUnsupported
}

// ReadFrom implements io.ReaderFrom, with sendfile where package net does.
func (c *plain) ReadFrom(r io.Reader) (int64, error) {
	c.told("ReadFrom")
	if to, ok := c.inner.(io.ReaderFrom); ok {
		return to.ReadFrom(r)
	}
	return io.Copy(writer{c.inner}, r)
}

// writer hides what else a connection can do.
type writer struct{ io.Writer }

// CloseWrite ends what the client is sent. net/http does that before it closes a
// connection that it has not read to the end.
func (c *conn) CloseWrite() error {
	c.told("CloseWrite")
	if half, ok := c.inner.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return errors.ErrUnsupported
}

// ConnectionState is what net/http puts into Request.TLS.
func (c *secure) ConnectionState() tls.ConnectionState {
	return c.inner.(*tls.Conn).ConnectionState()
}
