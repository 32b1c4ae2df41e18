package simnet

import (
	"bytes"

	"github.com/goetia-go/goetia"
)

// What happens to a stream. All of it is done with the lock held.

func (c *Conn) room() int { return max(c.n.buffer()-c.sent, 0) }

func (c *Conn) transmit(b []byte) {
	c.sent += len(b)
	c.out.send(b, c.peer.arrive)
}

// credit says that the peer has taken n bytes.
func (c *Conn) credit(n int) {
	c.sent -= n
	c.changed()
}

// arrive is called with what the peer has sent.
func (c *Conn) arrive(b []byte) {
	switch {
	case c.broken:
		return
	case c.closed:
		// Nobody will read it, and the peer is to know.
		c.out.send(nil, func([]byte) { c.peer.interrupted() })
		return
	case c.deaf:
		c.peer.credit(len(b))
		return
	}
	c.in.Write(b)
	c.changed()
}

// finish sends the end of the stream, once.
func (c *Conn) finish() {
	if c.finished {
		return
	}
	c.finished = true
	c.out.send(nil, func([]byte) {
		c.peer.ended = true
		c.peer.changed()
	})
}

// close ends this end.
func (c *Conn) close(abrupt bool) {
	if c.closed {
		return
	}
	c.closed = true
	switch {
	case c.broken:
	case abrupt || c.in.Len() > 0:
		c.finished = true
		c.out.drop()
		c.out.send(nil, func([]byte) { c.peer.interrupted() })
	default:
		c.finish()
	}
	c.in = bytes.Buffer{}
	c.rd.clear()
	c.wr.clear()
	c.release()
	c.changed()
}

// interrupted is called when a reset has arrived.
func (c *Conn) interrupted() {
	if c.broken {
		return
	}
	c.broken = true
	c.out.drop()
	c.changed()
}

// changed wakes those who wait for what may have come.
func (c *Conn) changed() {
	c.cond.Broadcast()
	if len(c.asks) > 0 {
		c.n.answer(&c.asks, c.ready())
	}
}

func (c *Conn) ready() (r goetia.Readiness) {
	if c.closed {
		return goetia.Closed
	}
	if c.in.Len() > 0 || c.ended || c.deaf || c.broken {
		r |= goetia.Readable
	}
	if c.room() > 0 && c.room() >= c.n.buffer()/3 || c.finished || c.broken {
		r |= goetia.Writable
	}
	if c.ended || c.deaf || c.broken {
		r |= goetia.ReadClosed
	}
	if (c.ended || c.deaf) && c.finished || c.broken {
		r |= goetia.HangUp
	}
	if c.broken {
		r |= goetia.Error
	}
	return r
}
