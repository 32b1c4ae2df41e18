package aio

import (
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/goetia-go/goetia/future"
)

// NetConn is a [Stream] as a net.Conn, for code that blocks. Whoever blocks drives the Loop
// meanwhile, if nobody else does. All methods are safe for concurrent use.
type NetConn struct {
	s      Stream
	r, w   blocker
	closed atomic.Bool
}

// AsConn makes a net.Conn of a stream, whose tasks leave it alone from then on. The stream's other
// waits go on: closing the net.Conn closes it.
func AsConn(l *Loop, s Stream) *NetConn {
	c := &NetConn{s: s}
	c.r.l, c.w.l = l, l
	return c
}

// Stream is what is beneath.
func (c *NetConn) Stream() Stream { return c.s }

// blocker is one direction: those who block in it, one after the other, and until when.
type blocker struct {
	l  *Loop
	mu sync.Mutex
	// p is whoever blocks.
	p        future.Parker
	deadline deadline
}

// block polls until it is ready or the deadline has passed.
func (b *blocker) block(poll func(cx *future.Context) (ready bool, err error)) error {
	if b.p == nil {
		b.p = b.l.Parker()
	}
	return future.BlockOnWith(b.p, future.PollFunc[error](func(cx *future.Context) (error, bool) {
		b.deadline.slot.Register(cx.Waker())
		if b.deadline.passed.Load() {
			return os.ErrDeadlineExceeded, true
		}
		ready, err := poll(cx)
		return err, ready
	}))
}

// Read implements net.Conn.
func (c *NetConn) Read(b []byte) (n int, err error) {
	c.r.mu.Lock()
	defer c.r.mu.Unlock()
	err = c.r.block(func(cx *future.Context) (ready bool, err error) {
		n, ready, err = c.s.PollRead(cx, b)
		return ready, err
	})
	return n, c.fail("read", err)
}

// Write implements net.Conn: it writes all of b, and waits until that is with the system. If a
// deadline ends that, what was taken may still get there.
func (c *NetConn) Write(b []byte) (n int, err error) {
	c.w.mu.Lock()
	defer c.w.mu.Unlock()
	for first := true; n < len(b) || first; first = false {
		err = c.w.block(func(cx *future.Context) (ready bool, err error) {
			more, ready, err := c.s.PollWrite(cx, b[n:])
			n += more
			return ready, err
		})
		if err != nil {
			return n, c.fail("write", err)
		}
	}
	return n, c.fail("write", c.w.block(c.s.PollFlush))
}

// CloseWrite ends the sending direction, as that of net.TCPConn does.
func (c *NetConn) CloseWrite() error {
	c.w.mu.Lock()
	defer c.w.mu.Unlock()
	return c.fail("close", c.w.block(c.s.PollCloseWrite))
}

// Close implements net.Conn.
func (c *NetConn) Close() error {
	if c.closed.Swap(true) {
		return c.fail("close", net.ErrClosed)
	}
	c.r.deadline.set(time.Time{})
	c.w.deadline.set(time.Time{})
	return c.s.Close()
}

// fail dresses an error, unless it is dressed.
func (c *NetConn) fail(op string, err error) error {
	if err != os.ErrDeadlineExceeded && err != net.ErrClosed {
		return err
	}
	return &net.OpError{Op: op, Net: c.LocalAddr().Network(), Source: c.LocalAddr(), Addr: c.RemoteAddr(), Err: err}
}

// LocalAddr implements net.Conn. What has no address has one without a name.
func (c *NetConn) LocalAddr() net.Addr {
	if a, ok := c.s.(interface{ LocalAddr() net.Addr }); ok && a.LocalAddr() != nil {
		return a.LocalAddr()
	}
	return name{network: "aio"}
}

// RemoteAddr implements net.Conn.
func (c *NetConn) RemoteAddr() net.Addr {
	if a, ok := c.s.(interface{ RemoteAddr() net.Addr }); ok && a.RemoteAddr() != nil {
		return a.RemoteAddr()
	}
	return name{network: "aio"}
}

// SetDeadline implements net.Conn.
func (c *NetConn) SetDeadline(t time.Time) error {
	return c.set(t, &c.r.deadline, &c.w.deadline)
}

// SetReadDeadline implements net.Conn.
func (c *NetConn) SetReadDeadline(t time.Time) error { return c.set(t, &c.r.deadline) }

// SetWriteDeadline implements net.Conn.
func (c *NetConn) SetWriteDeadline(t time.Time) error { return c.set(t, &c.w.deadline) }

func (c *NetConn) set(t time.Time, of ...*deadline) error {
	if c.closed.Load() {
		return c.fail("set", net.ErrClosed)
	}
	for _, d := range of {
		d.set(t)
	}
	return nil
}

// deadline is until when a direction may block.
type deadline struct {
	slot   future.Slot
	passed atomic.Bool

	mu    sync.Mutex
	at    time.Time
	timer *time.Timer
}

func (d *deadline) set(t time.Time) {
	d.mu.Lock()
	d.at = t
	left := time.Until(t)
	d.passed.Store(!t.IsZero() && left <= 0)
	switch {
	case t.IsZero() || left <= 0:
		if d.timer != nil {
			d.timer.Stop()
		}
	case d.timer == nil:
		d.timer = time.AfterFunc(left, d.expire)
	default:
		d.timer.Reset(left)
	}
	d.mu.Unlock()
	d.slot.Wake() // to see for itself
}

// expire may come late, for a deadline that was put off meanwhile.
func (d *deadline) expire() {
	d.mu.Lock()
	if !d.at.IsZero() && time.Until(d.at) <= 0 {
		d.passed.Store(true)
	}
	d.mu.Unlock()
	d.slot.Wake()
}

// NetListener is a [Listener] as a net.Listener, whose connections are [NetConn]s.
type NetListener struct {
	a *Listener
	b blocker
}

// AsListener makes a net.Listener of a Listener, whose tasks leave it alone from then on.
func AsListener(a *Listener) *NetListener { return &NetListener{a: a, b: blocker{l: a.l}} }

// Accept implements net.Listener.
func (n *NetListener) Accept() (net.Conn, error) {
	n.b.mu.Lock()
	defer n.b.mu.Unlock()
	var c *Conn
	err := n.b.block(func(cx *future.Context) (ready bool, err error) {
		c, ready, err = n.a.PollAccept(cx)
		return ready, err
	})
	if err != nil {
		return nil, err
	}
	return AsConn(n.a.l, c), nil
}

// Addr implements net.Listener.
func (n *NetListener) Addr() net.Addr { return n.a.Addr() }

// Close implements net.Listener.
func (n *NetListener) Close() error { return n.a.Close() }
