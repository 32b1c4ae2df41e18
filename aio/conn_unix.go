//go:build unix

package aio

import (
	"io"
	"net"
	"syscall"

	"github.com/goetia-go/goetia/future"
	"github.com/goetia-go/goetia/internal/sys/socket"
)

// base is what a Conn stands upon: a bare socket, if it was the Loop that has made it, or what
// somebody else has.
type base struct {
	sock socket.Socket
	// on is nil for a bare socket.
	on *under
}

func (b *base) stand(nc beneath, raw syscall.RawConn) { b.on = &under{nc, raw} }

func (b *base) beneath() io.Closer {
	if b.on == nil {
		return &b.sock
	}
	return b.on.nc
}

// PollWrite implements [Writer]: it writes as much of b as the system has room for.
func (c *Conn) PollWrite(cx *future.Context, b []byte) (n int, ready bool, err error) {
	if c.is(closed) {
		return 0, true, c.fail("write", net.ErrClosed)
	}
	if len(b) == 0 {
		return 0, true, nil
	}
	if !cx.Spend() {
		return 0, false, nil
	}
	for again := c.w.worth(); ; {
		if again {
			told := c.w.take()
			if c.is(soft) {
				n, err = c.softWrite(b, told)
			} else {
				n, err = c.tryWrite(b[:min(len(b), maxWrite)])
			}
			if err != errAgain {
				return max(n, 0), true, c.fail("write", err)
			}
		}
		if again, err = c.wait(cx, &c.w); err != nil {
			return 0, true, c.fail("write", err)
		} else if !again {
			return 0, false, nil
		}
	}
}

// PollFlush implements [Writer]. On Unix what was written is with the system.
func (c *Conn) PollFlush(*future.Context) (ready bool, err error) { return true, nil }

// Close closes the Conn. Those who wait for it fail with net.ErrClosed, as further calls do. A
// Conn has to be closed: its Loop knows it, so one that is forgotten stays open for as long as
// the Loop is not forgotten, too.
func (c *Conn) Close() error {
	if !c.close() {
		return c.fail("close", net.ErrClosed)
	}
	if c.on == nil {
		return c.dress("close", c.closeBare())
	}
	return c.on.nc.Close()
}

func (c *Conn) closeBare() error {
	c.l.disown(c.sock.Number())
	return c.sock.Close()
}

func (c *Conn) detach() (io.ReadWriteCloser, error) {
	if c.on != nil {
		if !c.close() {
			return nil, c.fail("detach", net.ErrClosed)
		}
		return c.on.nc, nil
	}
	nc, err := c.sock.NetConn()
	if err != nil {
		return nil, c.fail("detach", err)
	}
	if !c.close() {
		_ = nc.Close() // somebody has closed the Conn meanwhile
		return nil, c.fail("detach", net.ErrClosed)
	}
	_ = c.closeBare() // the socket goes on
	return nc, nil
}

// busy says whether there is something that only the Conn has.
func (*base) busy() bool { return false }

// move is MoveTo for a Conn that was closed for that.
func (c *Conn) move(l *Loop) (*Conn, error) {
	if c.on != nil {
		return l.stand(c.on.nc)
	}
	c.l.disown(c.sock.Number())
	to := new(Conn)
	if err := c.sock.Give(&to.sock); err != nil {
		return nil, err
	}
	return to.enter(l)
}

// nonblockingFiles: files that are in non-blocking mode can be waited for.
const nonblockingFiles = true
