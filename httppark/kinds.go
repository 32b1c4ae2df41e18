package httppark

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"syscall"
	"time"
)

// The server sees a connection as one of two types, so that it finds the methods that it
// looks for and no others. Both are a conn by another name, which costs no memory where
// embedding it and pointing back would.

// plain is a connection of package net.
type plain conn

// secure is a TLS connection. net/http sees that it is one by its ConnectionState method.
type secure conn

// newConn wraps a connection that was accepted.
func (l *Listener) newConn(inner net.Conn) *conn {
	_, tls := inner.(*tls.Conn)
	return &conn{inner: inner, l: l, tls: tls}
}

// self is what the server has. It is the same each time.
func (c *conn) self() net.Conn {
	if c.tls {
		return (*secure)(c)
	}
	return (*plain)(c)
}

// held is the connection beneath, for those who may ask while it is parked.
func (c *conn) held() net.Conn {
	if !c.l.opts.thin {
		return c.inner
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.inner
}

// base finds the conn of what the server was given, or nil if it is none of ours.
func base(nc net.Conn) *conn {
	switch c := nc.(type) {
	case *plain:
		return (*conn)(c)
	case *secure:
		return (*conn)(c)
	}
	return nil
}

// Read implements net.Conn.
func (c *plain) Read(b []byte) (int, error) { return (*conn)(c).Read(b) }

// Write implements net.Conn.
func (c *plain) Write(b []byte) (int, error) { return (*conn)(c).Write(b) }

// Close implements net.Conn.
func (c *plain) Close() error { return (*conn)(c).Close() }

// LocalAddr implements net.Conn.
func (c *plain) LocalAddr() net.Addr { return (*conn)(c).held().LocalAddr() }

// RemoteAddr implements net.Conn.
func (c *plain) RemoteAddr() net.Addr { return (*conn)(c).held().RemoteAddr() }

// SetDeadline implements net.Conn.
func (c *plain) SetDeadline(t time.Time) error { return (*conn)(c).SetDeadline(t) }

// SetReadDeadline implements net.Conn.
func (c *plain) SetReadDeadline(t time.Time) error { return (*conn)(c).SetReadDeadline(t) }

// SetWriteDeadline implements net.Conn.
func (c *plain) SetWriteDeadline(t time.Time) error { return (*conn)(c).SetWriteDeadline(t) }

// CloseWrite ends what the client is sent. net/http does that before it closes a
// connection that it has not read to the end.
func (c *plain) CloseWrite() error { return (*conn)(c).CloseWrite() }

// Read implements net.Conn.
func (c *secure) Read(b []byte) (int, error) { return (*conn)(c).Read(b) }

// Write implements net.Conn.
func (c *secure) Write(b []byte) (int, error) { return (*conn)(c).Write(b) }

// Close implements net.Conn.
func (c *secure) Close() error { return (*conn)(c).Close() }

// LocalAddr implements net.Conn.
func (c *secure) LocalAddr() net.Addr { return (*conn)(c).held().LocalAddr() }

// RemoteAddr implements net.Conn.
func (c *secure) RemoteAddr() net.Addr { return (*conn)(c).held().RemoteAddr() }

// SetDeadline implements net.Conn.
func (c *secure) SetDeadline(t time.Time) error { return (*conn)(c).SetDeadline(t) }

// SetReadDeadline implements net.Conn.
func (c *secure) SetReadDeadline(t time.Time) error { return (*conn)(c).SetReadDeadline(t) }

// SetWriteDeadline implements net.Conn.
func (c *secure) SetWriteDeadline(t time.Time) error { return (*conn)(c).SetWriteDeadline(t) }

// CloseWrite ends what the client is sent. net/http does that before it closes a
// connection that it has not read to the end.
func (c *secure) CloseWrite() error { return (*conn)(c).CloseWrite() }

// NetConn returns the connection that was accepted. The server must be done with it: after
// a hijack, say.
//
// A connection whose NetConn or SyscallConn was called is not made thin any more
// ([WithThinParking]). What NetConn returns of one that has ended while it was thin, or that no descriptor
// can be had for, is no *net.TCPConn, and does nothing but tell its addresses and Close.
func (c *plain) NetConn() net.Conn { return (*conn)(c).take() }

// NetConn returns the *tls.Conn. The server must be done with it.
func (c *secure) NetConn() net.Conn { return c.inner }

// SyscallConn implements syscall.Conn.
func (c *plain) SyscallConn() (syscall.RawConn, error) {
	if s, ok := (*conn)(c).take().(syscall.Conn); ok {
		return s.SyscallConn()
	}
	return nil, errors.ErrUnsupported
}

// ReadFrom implements io.ReaderFrom, with sendfile where package net does.
func (c *plain) ReadFrom(r io.Reader) (int64, error) {
	out := (*conn)(c).out("ReadFrom")
	if to, ok := out.(io.ReaderFrom); ok {
		return to.ReadFrom(r)
	}
	return io.Copy(writer{out}, r)
}

// writer hides what else a connection can do.
type writer struct{ io.Writer }

// CloseWrite is that of net.TCPConn.
func (c *conn) CloseWrite() error {
	if half, ok := c.out("CloseWrite").(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return errors.ErrUnsupported
}

// ConnectionState is what net/http puts into Request.TLS.
func (c *secure) ConnectionState() tls.ConnectionState {
	return c.inner.(*tls.Conn).ConnectionState()
}
