package aio

import (
	"errors"
	"net"

	"github.com/goetia-go/goetia/future"
)

// PollCloseWrite implements [Stream]: it shuts down the sending direction, after which the peer
// reads to the end. What has no direction of its own fails with errors.ErrUnsupported.
func (c *Conn) PollCloseWrite(cx *future.Context) (ready bool, err error) {
	half, ok := c.beneath().(interface{ CloseWrite() error })
	if !ok {
		return true, errUnsupported("CloseWrite", c.beneath())
	}
	if ready, err := c.PollFlush(cx); !ready || err != nil {
		return ready, err
	}
	if c.is(closed) {
		return true, c.fail("close", net.ErrClosed)
	}
	return true, c.dress("close", half.CloseWrite())
}

// dress is fail, unless the error is dressed.
func (c *Conn) dress(op string, err error) error {
	if _, ok := err.(*net.OpError); ok || errors.Is(err, errors.ErrUnsupported) {
		return err
	}
	return c.fail(op, err)
}

// CloseWrite is a future of [Conn.PollCloseWrite].
func (c *Conn) CloseWrite() future.Future[error] { return CloseWrite(c) }

// CloseRead shuts down the receiving direction. What has none fails with
// errors.ErrUnsupported.
func (c *Conn) CloseRead() error {
	if half, ok := c.beneath().(interface{ CloseRead() error }); ok {
		return c.dress("close", half.CloseRead())
	}
	return errUnsupported("CloseRead", c.beneath())
}

// SetLinger is that of net.TCPConn: with zero, Close resets the connection. It is
// errors.ErrUnsupported for what is no TCP connection, as the next two are.
func (c *Conn) SetLinger(seconds int) error {
	if t, ok := c.beneath().(interface{ SetLinger(int) error }); ok {
		return c.dress("set", t.SetLinger(seconds))
	}
	return errUnsupported("SetLinger", c.beneath())
}

// SetNoDelay is that of net.TCPConn; it is on unless it is turned off.
func (c *Conn) SetNoDelay(on bool) error {
	if t, ok := c.beneath().(interface{ SetNoDelay(bool) error }); ok {
		return c.dress("set", t.SetNoDelay(on))
	}
	return errUnsupported("SetNoDelay", c.beneath())
}

// SetKeepAliveConfig is that of net.TCPConn.
func (c *Conn) SetKeepAliveConfig(config net.KeepAliveConfig) error {
	if t, ok := c.beneath().(interface {
		SetKeepAliveConfig(net.KeepAliveConfig) error
	}); ok {
		return c.dress("set", t.SetKeepAliveConfig(config))
	}
	return errUnsupported("SetKeepAliveConfig", c.beneath())
}
