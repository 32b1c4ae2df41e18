package httppark

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"

	"github.com/goetia-go/goetia"
)

// conn is a connection as the server sees it. The same value is handed to the server each
// time that the connection leaves its parking place, so that whoever keeps connections in
// a map finds it again.
//
// There is one for each connection for as long as that lives, so it has to fit into 96
// bytes (size_test.go).
type conn struct {
	inner net.Conn
	l     *Listener
	// ctx is what the user's ConnContext has made, once it was asked.
	ctx *context.Context
	// watch is made when the connection is first parked.
	watch *goetia.Watch
	// next and prev are its neighbours in the list that place names. Listener.mu
	// guards the three.
	next, prev *conn
	// limit is when it is closed if it is parked, and once it is not, when the first
	// bytes of a request must have come; or 0.
	limit int64

	// mu guards what follows, limit, and changes of phase. Listener.mu is not taken with it held.
	mu sync.Mutex
	// deadline is what the server has asked for, or 0. Once it is parked it is since when.
	deadline int64
	phase    atomic.Uint32
	// due is the tick at which it is to be parked if it is still lingering.
	due   atomic.Uint32
	flags flags
	// got is how many bytes came while starting.
	got uint8
	// level is how often the time for lingering was doubled.
	level uint8
	place place
	// resumed: the server has it not for the first time.
	resumed bool
	// tls: the server has it as a *secure, and otherwise as a *plain.
	tls bool
	// tuning is what the socket's options were when it was first made thin, or 0.
	tuning uint8
}

type flags uint8

const (
	// reading, writing: the inner connection has a deadline.
	reading flags = 1 << iota
	writing
	// guarded: limit holds for reads.
	guarded
	// silent: it lingers or has left without a request since the server has it.
	silent
	// named: the server has told its hook of this connection, and so will of its end.
	named
	// taken: somebody has asked for the connection beneath, which is not replaced then.
	taken
)

// enough bytes are those that net/http waits for before it sets a deadline for headers.
const enough = 4

func (c *conn) is(p phase) bool { return phase(c.phase.Load()) == p }

func (c *conn) set(p phase) { c.phase.Store(uint32(p)) }

func (c *conn) flag(f flags, on bool) {
	c.flags &^= f
	if on {
		c.flags |= f
	}
}

// Read is that of net.Conn.
func (c *conn) Read(p []byte) (int, error) {
	switch phase(c.phase.Load()) {
	case fresh:
		return c.begin(p)
	case starting:
		n, err := c.inner.Read(p)
		c.begun(n)
		return n, err
	case poised:
		if len(p) == c.l.assumed.room {
			return c.wait(p, poised)
		}
		c.change(poised, busy)
	case leaving:
		return 0, io.EOF
	case left, parked, queued:
		return c.held().Read(p) // by somebody who has kept it
	}
	return c.inner.Read(p)
}

// change changes the phase if it is still what the server's goroutine knows, without the lock:
// only a Close may come between, and wins.
func (c *conn) change(from, to phase) { c.phase.CompareAndSwap(uint32(from), uint32(to)) }

// begin reads the first bytes since the server has the connection.
func (c *conn) begin(p []byte) (int, error) {
	for {
		n, err := c.wait(p, fresh)
		got := n
		if n > 0 && c.resumed {
			// An empty line after a POST belongs to that. net/http, which skips it
			// there, does not know here that there was one.
			n = copy(p, p[blank(p[:n]):n])
		}
		switch {
		case n > 0:
			c.begun(n)
			return n, err
		case got > 0 && err == nil:
			continue
		case err != nil && c.resumed && c.is(fresh):
			c.l.counts.gone.Add(1)
		}
		return 0, err
	}
}

// blank is how many bytes at the front are line ends.
func blank(p []byte) (n int) {
	for n < len(p) && n < enough && (p[n] == '\r' || p[n] == '\n') {
		n++
	}
	return n
}

// begun counts first bytes, and lifts the guard when there are enough.
func (c *conn) begun(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.is(fresh) && !c.is(starting) {
		return
	}
	if n += int(c.got); n < enough && c.flags&guarded != 0 {
		c.got = uint8(n)
		c.set(starting)
		return
	}
	c.set(busy)
	c.lift()
}

// wait reads where nothing but a request is waited for, and for as long as is worth while.
func (c *conn) wait(p []byte, from phase) (int, error) {
	if !c.linger(from) {
		if c.is(leaving) {
			return 0, io.EOF
		}
		return c.inner.Read(p)
	}
	n, err := c.inner.Read(p)
	c.mu.Lock()
	defer c.mu.Unlock()
	after := from
	if from == poised {
		after = busy
	}
	switch phase(c.phase.Load()) {
	case lingering:
		c.set(after)
	case kicked:
		over := c.flags&guarded != 0 && c.past(c.limit) || c.past(c.deadline)
		if n == 0 && !over && errors.Is(err, os.ErrDeadlineExceeded) {
			c.set(leaving)
			c.rest()
			return 0, io.EOF
		}
		c.set(after)
		if e := c.apply(); err == nil {
			err = e
		}
	}
	return n, err
}

// linger begins to wait, and says whether the connection may be parked after that. Without
// time to spare it is leaving at once.
func (c *conn) linger(from phase) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	ticks := c.l.clock.lingers(c.level)
	ended := c.l.ended.Load()
	switch {
	case !c.is(from):
		return false
	case c.flags&named == 0:
		// The server has something above it (ServeTLS), and would tell of the end of that.
		return false
	case ended && from == poised:
		c.set(busy)
		return false
	case ended && !c.resumed:
		return false
	case ended && c.l.isClosed(), ticks == 0 && from == poised && !ended:
		c.flag(silent, from == fresh)
		c.set(leaving)
		c.rest()
		return false
	case ended:
		return false
	}
	c.flag(silent, from == fresh)
	c.due.Store(c.l.clock.tick.Load() + 1 + ticks)
	c.set(lingering)
	return true
}

// kick has a Read come back that has lingered for long enough.
func (c *conn) kick() {
	c.mu.Lock()
	c.kickLocked()
	c.mu.Unlock()
}

func (c *conn) kickLocked() {
	if !c.is(lingering) {
		return
	}
	c.set(kicked)
	c.flags |= reading
	if c.inner.SetReadDeadline(longAgo) != nil {
		c.set(lingering) // it is closed, and Read comes back by itself
	}
}

// Write is that of net.Conn.
func (c *conn) Write(p []byte) (int, error) {
	return c.out("Write").Write(p)
}

// out is the connection beneath for somebody who writes. The server does not while it has let
// go of it. Who does that on his own must not meet the moment in which it is replaced.
func (c *conn) out(what string) net.Conn {
	if p := phase(c.phase.Load()); p < leaving || p >= hijacked {
		return c.inner
	}
	c.told(what)
	return c.held()
}

// told notices what a server that was told of the end of the connection must not do: its
// peer, who knows nothing of an end, would see it.
func (c *conn) told(what string) {
	if !c.is(leaving) {
		return
	}
	c.change(leaving, busy) // so that Close closes it
	c.l.disable("net/http called " + what + " after the end of a connection")
}

// Close is that of net.Conn. The server's Close after it was told of the end leaves the
// connection open.
func (c *conn) Close() error {
	c.mu.Lock()
	was := phase(c.phase.Load())
	if was == leaving {
		c.set(left)
		c.mu.Unlock()
		return nil
	}
	c.set(closed)
	c.mu.Unlock()
	if was == closed {
		return c.inner.Close() // which says that it is closed
	}
	c.l.forget(c)
	if was == parked || was == queued {
		// Whoever closes it has kept it; the server knows nothing of it.
		return c.end()
	}
	return c.inner.Close()
}

// end closes a parked connection for good.
func (c *conn) end() error {
	c.unwatch()
	err := c.inner.Close()
	// Not here: whoever closes it may hold a lock that the hook takes.
	go c.l.hook(c.self())
	return err
}
