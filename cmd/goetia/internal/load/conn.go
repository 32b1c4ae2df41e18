package load

import (
	"bytes"
	"time"

	"github.com/goetia-go/goetia/cmd/goetia/internal/clock"
	"github.com/goetia-go/goetia/cmd/goetia/internal/sock"
	"github.com/goetia-go/goetia/poll"
)

// conn is one connection of a worker.
type conn struct {
	s        sock.Socket
	key      poll.Key
	interest poll.Interest
	offsets  offsets
	// message is the window that is under way: its first sent bytes have been
	// written and its first got bytes have come back.
	message   []byte
	sent, got int
	busy      bool
	// due is when the message was to be sent.
	due time.Duration
}

// send begins a message that is due now, or was earlier.
func (w *worker) send(c *conn, due time.Duration) {
	o := c.offsets.next()
	c.message = w.block[o : o+w.options.Size]
	c.sent, c.got, c.busy, c.due = 0, 0, true, due
	w.busy++
	w.write(c)
}

// write writes what the socket takes, and waits for room if that is not all.
func (w *worker) write(c *conn) {
	for c.sent < len(c.message) {
		n, err := c.s.Write(c.message[c.sent:])
		if err != nil {
			if err == sock.ErrWouldBlock {
				break
			}
			w.broken(c, err)
			return
		}
		c.sent += n
	}
	in := poll.Interest(poll.Readable)
	if c.sent < len(c.message) {
		in |= poll.Writable
	}
	w.watch(c, in)
}

// readsPerEvent bounds the reads of one event.
const readsPerEvent = 16

// read reads and compares what has come back.
func (w *worker) read(c *conn) {
	for range readsPerEvent {
		n, err := c.s.Read(w.buf)
		switch {
		case err == sock.ErrWouldBlock:
			return
		case err != nil:
			w.broken(c, err)
			return
		case n == 0:
			w.broken(c, errClosed)
			return
		case n > c.sent-c.got || !bytes.Equal(w.buf[:n], c.message[c.got:c.got+n]):
			w.mismatch(c, n)
			return
		}
		c.got += n
		if c.got == len(c.message) {
			w.answered(c)
			return
		}
		if n < len(w.buf) {
			return
		}
	}
}

// answered counts a message and begins the next one.
func (w *worker) answered(c *conn) {
	now := clock.Now()
	w.answer = now
	w.result.record(now - c.due)
	w.progress.messages.Add(1)
	c.busy, c.message, c.sent, c.got = false, nil, 0, 0
	w.busy--
	switch {
	case w.stopping:
	case w.interval == 0:
		w.send(c, now)
	default:
		c.due += w.interval
		w.pace.wait(c)
	}
}

func (w *worker) watch(c *conn, in poll.Interest) {
	if in == c.interest {
		return
	}
	if err := w.poller.Modify(c.s.Source(), c.key, in, poll.Level); err != nil {
		w.broken(c, err)
		return
	}
	c.interest = in
}
