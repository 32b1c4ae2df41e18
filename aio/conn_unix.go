//go:build unix

package aio

import (
	"net"

	"github.com/goetia-go/goetia"
	"github.com/goetia-go/goetia/future"
)

// tail is what a Conn has besides for what was written to it and is not with the system: on
// Unix there is no such thing.
type tail struct{}

// PollWrite implements [Writer]: it writes as much of b as the system has room for.
func (c *Conn) PollWrite(cx *future.Context, b []byte) (n int, ready bool, err error) {
	if c.closed.Load() {
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
			if c.soft {
				n, err = c.softWrite(b, told)
			} else {
				n, err = c.tryWrite(b[:min(len(b), maxWrite)])
			}
			if err != errAgain {
				return max(n, 0), true, c.fail("write", err)
			}
		}
		if again, err = c.w.wait(cx, goetia.Writable); err != nil {
			return 0, true, c.fail("write", err)
		} else if !again {
			return 0, false, nil
		}
	}
}

// PollFlush implements [Writer]. On Unix what was written is with the system.
func (c *Conn) PollFlush(*future.Context) (ready bool, err error) { return true, nil }

// Close closes the Conn. Those who wait for it fail with net.ErrClosed, as further calls do.
func (c *Conn) Close() error {
	if !c.close() {
		return c.fail("close", net.ErrClosed)
	}
	return c.nc.Close()
}

// busy says whether there is any of it.
func (*tail) busy() bool { return false }

// nonblockingFiles: files that are in non-blocking mode can be waited for.
const nonblockingFiles = true
