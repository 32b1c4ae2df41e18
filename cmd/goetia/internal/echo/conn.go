package echo

import (
	"github.com/goetia-go/goetia/cmd/goetia/internal/sock"
	"github.com/goetia-go/goetia/poll"
)

// conn is one connection. It belongs to its loop alone.
type conn struct {
	s        sock.Socket
	key      poll.Key
	interest poll.Interest
	// ended: nothing more is echoed, and the connection finishes once out is
	// empty.
	ended bool
	// eof: the peer has sent everything.
	eof bool
	// shut: the peer has been told that this was all. What it still sends is
	// discarded.
	shut bool
	// paused: out is above the high watermark and has not yet fallen below
	// the low one.
	paused bool
	out    queue
}

// readsPerEvent bounds the reads of one event, so that a peer that sends
// without end does not starve the others.
const readsPerEvent = 8

// ready does what an event makes possible. It returns errDone when the
// connection is finished, and another error when it has failed.
func (l *loop) ready(c *conn, r poll.Readiness) error {
	reading := c.reading()
	sent := false
	if r.Any(poll.Writable|poll.Error|poll.HangUp) && c.out.size > 0 {
		before := c.out.size
		if err := l.flush(c); err != nil {
			return err
		}
		sent = c.out.size < before
	}
	switch {
	case reading && r.Any(poll.Readable|poll.ReadClosed|poll.Error|poll.HangUp):
		if err := l.echo(c); err != nil {
			return err
		}
	case !reading && !sent && r.Any(poll.Error|poll.HangUp):
		// No read will tell, since none is due: the peer is gone and what is
		// kept for it cannot be sent. Level mode would repeat this for ever.
		if err := c.s.ConnectError(); err != nil {
			return err
		}
		return errGone
	}
	if c.ended && c.out.size == 0 {
		if c.eof {
			return errDone
		}
		c.tellEnd()
	}
	return l.watch(c)
}

// reading says whether the peer is read from now.
func (c *conn) reading() bool { return !c.paused && (!c.ended || c.shut) }

// tellEnd tells the peer that there is no more. Its own end is waited for: closing a
// socket with unread bytes is a reset, which takes from the peer what it has not
// yet got.
func (c *conn) tellEnd() {
	if !c.shut {
		c.shut = true
		_ = c.s.CloseWrite() // a read says what is wrong
	}
}

// echo reads what is there and sends it back, or discards it after the end.
func (l *loop) echo(c *conn) error {
	for range readsPerEvent {
		n, err := c.s.Read(l.buf)
		if err != nil {
			if err == sock.ErrWouldBlock {
				return nil
			}
			return err
		}
		if n == 0 {
			c.ended, c.eof = true, true
			return nil
		}
		if !c.shut {
			l.counts.Messages++
			l.counts.BytesIn += uint64(n)
			if err := l.send(c, l.buf[:n]); err != nil {
				return err
			}
		}
		if c.out.size > l.highWater {
			c.paused = true
			l.counts.Pauses++
			l.server.paused.Add(1)
			return nil
		}
		if n < len(l.buf) {
			// Most likely that was all; if not, level mode comes back.
			return nil
		}
	}
	return nil
}

// send writes b at once if nothing is kept before it, and keeps the rest.
func (l *loop) send(c *conn, b []byte) error {
	if c.out.size == 0 {
		n, err := c.s.Write(b)
		if err != nil && err != sock.ErrWouldBlock {
			return err
		}
		l.counts.BytesOut += uint64(n)
		b = b[n:]
	}
	if len(b) > 0 {
		c.out.push(&l.store, b)
	}
	return nil
}

// flush writes what was kept for as long as there is room.
func (l *loop) flush(c *conn) error {
	for c.out.size > 0 {
		n, err := c.s.Write(c.out.front())
		if err != nil {
			if err == sock.ErrWouldBlock {
				break
			}
			return err
		}
		l.counts.BytesOut += uint64(n)
		c.out.drop(&l.store, n)
	}
	if c.paused && c.out.size <= l.highWater/2 {
		c.paused = false
		l.server.paused.Add(-1)
	}
	return nil
}

// watch tells the Poller what the connection waits for now, if that changed.
func (l *loop) watch(c *conn) error {
	var in poll.Interest
	if c.reading() {
		in |= poll.Readable
	}
	if c.out.size > 0 {
		in |= poll.Writable
	}
	if in == c.interest {
		return nil
	}
	if err := l.poller.Modify(c.s.Source(), c.key, in, poll.Level); err != nil {
		return err
	}
	c.interest = in
	return nil
}
