//go:build !unix

package aio

import (
	"net"
	"time"

	"github.com/goetia-go/goetia/future"
)

// tail is what was written to a Conn and is not with the system, and what was read from it and
// not taken.
type tail struct {
	pump outPump
	// held is a byte that looking has brought up. It belongs to who reads.
	held   byte
	isHeld bool
	doubt  doubt
}

// PollWrite implements [Writer]: it takes up to 64 KiB of b, unless what was taken before
// is still being written. What writing fails with is returned by the next call.
func (c *Conn) PollWrite(cx *future.Context, b []byte) (n int, ready bool, err error) {
	if c.closed.Load() {
		return 0, true, c.fail("write", net.ErrClosed)
	}
	n, ready, err = c.tail.pump.pollWrite(cx, b, c.nc)
	return n, ready, c.fail("write", err)
}

// PollFlush implements [Writer].
func (c *Conn) PollFlush(cx *future.Context) (ready bool, err error) {
	if c.closed.Load() {
		return true, c.fail("write", net.ErrClosed)
	}
	ready, err = c.tail.pump.pollFlush(cx)
	return ready, c.fail("write", err)
}

// Close closes the Conn. Those who wait for it fail with net.ErrClosed, as further calls do.
// What was taken by PollWrite is still written, if the peer takes it within ten seconds.
func (c *Conn) Close() error {
	if !c.close() {
		return c.fail("close", net.ErrClosed)
	}
	if c.tail.pump.finish(c.nc) {
		_ = c.nc.SetWriteDeadline(time.Now().Add(lingering))
		return nil
	}
	c.tail.pump.slot.Wake()
	return c.nc.Close()
}

// busy says whether there is any of it.
func (t *tail) busy() bool {
	t.pump.mu.Lock()
	defer t.pump.mu.Unlock()
	return t.pump.busy || t.isHeld
}

// nonblockingFiles: pipes are not waited for as sockets are.
const nonblockingFiles = false
