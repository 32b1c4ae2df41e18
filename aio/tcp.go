package aio

import (
	"net"

	"github.com/goetia-go/goetia/future"
)

// PollCloseWrite implements [Stream]: it shuts down the sending direction, after which the peer
// reads to the end. What has no direction of its own fails with errors.ErrUnsupported.
func (c *Conn) PollCloseWrite(cx *future.Context) (ready bool, err error) {
	half, ok := c.nc.(interface{ CloseWrite() error })
	if !ok {
		return true, errUnsupported("CloseWrite", c.nc)
	}
	if ready, err := c.PollFlush(cx); !ready || err != nil {
		return ready, err
	}
	if c.closed.Load() {
		return true, c.fail("close", net.ErrClosed)
	}
	return true, half.CloseWrite()
}

// CloseWrite is a future of [Conn.PollCloseWrite].
func (c *Conn) CloseWrite() future.Future[error] { return CloseWrite(c) }

// CloseRead shuts down the receiving direction. What has none fails with
// errors.ErrUnsupported.
func (c *Conn) CloseRead() error {
	if half, ok := c.nc.(interface{ CloseRead() error }); ok {
		return half.CloseRead()
	}
	return errUnsupported("CloseRead", c.nc)
}

// SetLinger is that of net.TCPConn: with zero, Close resets the connection. It is
// errors.ErrUnsupported for what is no TCP connection, as the next two are.
func (c *Conn) SetLinger(seconds int) error {
	if t, ok := c.nc.(*net.TCPConn); ok {
		return t.SetLinger(seconds)
	}
	return errUnsupported("SetLinger", c.nc)
}

// SetNoDelay is that of net.TCPConn; it is on unless it is turned off.
func (c *Conn) SetNoDelay(on bool) error {
	if t, ok := c.nc.(*net.TCPConn); ok {
		return t.SetNoDelay(on)
	}
	return errUnsupported("SetNoDelay", c.nc)
}

// SetKeepAliveConfig is that of net.TCPConn.
func (c *Conn) SetKeepAliveConfig(config net.KeepAliveConfig) error {
	if t, ok := c.nc.(*net.TCPConn); ok {
		return t.SetKeepAliveConfig(config)
	}
	return errUnsupported("SetKeepAliveConfig", c.nc)
}
