package httppark

import (
	"net"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/goetia-go/goetia"
)

// parkable says whether a connection can be watched.
func parkable(nc net.Conn) bool {
	for range 8 {
		if _, ok := nc.(syscall.Conn); ok {
			return true
		}
		inner, ok := nc.(interface{ NetConn() net.Conn })
		if !ok {
			return false
		}
		nc = inner.NetConn()
	}
	return false
}

// park parks a connection that the server has let go, and says whether it is
// parked. If not, it is closed.
func (l *Listener) park(c *conn) bool {
	if l.opts.thin && !l.ended.Load() {
		l.slim(c)
	}
	if c.watch == nil {
		w, err := l.reactor.NewWatch(c.inner, goetia.Readable, c.ready)
		if err != nil {
			l.close(c, &l.counts.failed)
			return false
		}
		c.watch = w
	}
	l.mu.Lock()
	var oldest *conn
	if full := l.opts.maxParked > 0 && l.parkedNow() >= l.opts.maxParked; full && l.opts.policy == CloseOldest {
		oldest = l.oldest()
		l.put(oldest, nowhere)
	} else if full || l.closed {
		l.mu.Unlock()
		if full {
			l.close(c, &l.counts.refused)
		} else {
			l.close(c, &l.counts.shut)
		}
		return false
	}
	c.mu.Lock()
	ok, early := c.is(left), false
	watch := c.watch // which is another one once it is served again
	if ok {
		c.set(parked)
		deadline := c.deadline
		c.deadline = now()
		at := waitingIdle
		switch silent := c.flags&silent != 0; {
		case silent && c.resumed:
			// It was nothing that the server could see. The limit stays.
		case silent:
			at = waitingNew
			fallthrough
		default:
			c.limit = deadline
			if d := l.opts.idleLimit; d > 0 {
				c.limit = sooner(c.limit, c.deadline+int64(d))
			}
		}
		l.put(c, at)
		early = l.reaper.want(c.limit)
	}
	c.mu.Unlock()
	l.mu.Unlock()
	if early {
		l.reaper.set()
	}
	if oldest != nil {
		oldest.drop(&l.counts.oldest)
	}
	if !ok {
		return false // closed by somebody who has kept it
	}
	l.counts.parks.Add(1)
	if err := watch.Rearm(); err != nil {
		// The user is told by drop, if nobody else has closed it.
		l.forget(c)
		c.drop(&l.counts.failed)
	}
	return true
}

// close closes a connection that was to be parked, and counts it, unless somebody has
// closed it meanwhile.
func (l *Listener) close(c *conn, n *atomic.Uint64) {
	c.mu.Lock()
	was := phase(c.phase.Load())
	c.set(closed)
	c.mu.Unlock()
	if was == closed {
		return
	}
	l.forget(c)
	n.Add(1)
	_ = c.inner.Close()
}

// ready is called when a parked connection has something to say.
func (c *conn) ready(goetia.Readiness) {
	l := c.l
	if l.opts.thin && !c.regain() {
		return
	}
	l.mu.Lock()
	c.mu.Lock()
	if c.is(parked) {
		c.set(queued)
		c.learn(time.Duration(now() - c.deadline))
		l.counts.resumes.Add(1) // before its client sees an answer
		l.put(c, accepting)
		l.ring()
	}
	c.mu.Unlock()
	l.mu.Unlock()
}

// regain has a parked connection be one of package net again, and says whether it is.
func (c *conn) regain() bool {
	c.mu.Lock()
	if !c.is(parked) {
		c.mu.Unlock()
		return false
	}
	err := c.fatten()
	c.mu.Unlock()
	if err == nil {
		return true
	}
	c.l.forget(c)
	c.drop(&c.l.counts.failed)
	return false
}

// shut closes a connection that nobody but this package knows, and says whether it was
// one that is in no list any more. It counts those before their clients see it.
func (c *conn) shut(n *atomic.Uint64) bool {
	c.mu.Lock()
	ok := c.is(parked) || c.is(queued)
	if ok {
		c.set(closed)
	}
	w := c.watch
	c.mu.Unlock()
	if ok {
		n.Add(1)
		if w != nil {
			w.Stop()
		}
		_ = c.inner.Close()
	}
	return ok
}

// drop is shut, and tells the user.
func (c *conn) drop(n *atomic.Uint64) {
	if c.shut(n) {
		c.l.hook(c.self())
	}
}
