//go:build !unix

package aio

import (
	"io"
	"net"
	"syscall"
	"time"

	"github.com/goetia-go/goetia/future"
)

// base is what a Conn stands upon, what was written to it and is not with the system, and what was
// read from it and not taken.
type base struct {
	on   under
	pump outPump
	// held is a byte that looking has brought up. It belongs to who reads.
	held   byte
	isHeld bool
	doubt  doubt
}

func (b *base) stand(nc beneath, raw syscall.RawConn) { b.on = under{nc, raw} }

func (b *base) beneath() io.Closer { return b.on.nc }

// PollWrite implements [Writer]: it takes up to 64 KiB of b, unless what was taken before
// is still being written. What writing fails with is returned by the next call.
func (c *Conn) PollWrite(cx *future.Context, b []byte) (n int, ready bool, err error) {
	if c.is(closed) {
		return 0, true, c.fail("write", net.ErrClosed)
	}
	n, ready, err = c.pump.pollWrite(cx, b, c.on.nc)
	return n, ready, c.fail("write", err)
}

// PollFlush implements [Writer].
func (c *Conn) PollFlush(cx *future.Context) (ready bool, err error) {
	if c.is(closed) {
		return true, c.fail("write", net.ErrClosed)
	}
	ready, err = c.pump.pollFlush(cx)
	return ready, c.fail("write", err)
}

// Close closes the Conn. Those who wait for it fail with net.ErrClosed, as further calls do.
// What was taken by PollWrite is still written, if the peer takes it within ten seconds.
func (c *Conn) Close() error {
	if !c.close() {
		return c.fail("close", net.ErrClosed)
	}
	if c.pump.finish() {
		_ = c.on.nc.SetWriteDeadline(time.Now().Add(lingering))
		return nil
	}
	c.pump.slot.Wake()
	return c.on.nc.Close()
}

// busy says whether there is something that only the Conn has.
func (b *base) busy() bool {
	b.pump.mu.Lock()
	defer b.pump.mu.Unlock()
	return b.pump.busy || b.isHeld
}

func (c *Conn) detach() (io.ReadWriteCloser, error) {
	if c.busy() {
		return nil, errBusy
	}
	if !c.close() {
		return nil, c.fail("detach", net.ErrClosed)
	}
	return c.on.nc, nil
}

// move is MoveTo for a Conn that was closed for that.
func (c *Conn) move(l *Loop) (*Conn, error) { return l.stand(c.on.nc) }

// nonblockingFiles: pipes are not waited for as sockets are.
const nonblockingFiles = false
