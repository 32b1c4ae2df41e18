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
	slim := l.opts.thin && !l.ended.Load() && l.slim(c)
	if !slim && c.watch == nil {
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
	if err := c.arm(watch); err != nil {
		// The user is told by drop, if nobody else has closed it.
		l.forget(c)
		c.drop(&l.counts.failed)
	}
	return true
}

// arm has a parked connection watched. A thin one has no watch so far: it costs one system
// call less to make one that waits.
func (c *conn) arm(w *goetia.Watch) (err error) {
	if w != nil {
		return w.Rearm()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.is(parked) {
		c.watch, err = c.l.reactor.AfterReadable(c.inner, c.ready)
	}
	return err
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
func (c *conn) ready(r goetia.Readiness) { c.resume(r, 0) }

// resume has a parked connection accepted again, which was tried some times.
func (c *conn) resume(r goetia.Readiness, tried int) {
	l := c.l
	paid := parking
	if l.opts.thin {
		var ok bool
		if paid, ok = c.regain(r, tried); !ok {
			return
		}
	}
	l.mu.Lock()
	c.mu.Lock()
	if c.is(parked) {
		c.set(queued)
		c.learn(time.Duration(now()-c.deadline), paid)
		l.counts.resumes.Add(1) // before its client sees an answer
		l.put(c, accepting)
		l.ring()
	}
	c.mu.Unlock()
	l.mu.Unlock()
}

// shut closes a connection that nobody but this package knows, and says whether it was
// one that is in no list any more. It counts those before their clients see it.
func (c *conn) shut(n *atomic.Uint64) bool {
	c.mu.Lock()
	ok := c.is(parked) || c.is(queued)
	if ok {
		c.set(closed)
	}
	c.mu.Unlock()
	if ok {
		n.Add(1)
		c.unwatch()
		_ = c.inner.Close()
	}
	return ok
}

// unwatch has the Reactor let go of a parked connection that is closed by phase, so that nobody
// else changes what it is made of.
func (c *conn) unwatch() {
	if c.watch == nil {
		return
	}
	if _, ok := c.inner.(*thin); ok {
		c.watch.Release()
		return
	}
	c.watch.Stop()
}

// drop is shut, and tells the user.
func (c *conn) drop(n *atomic.Uint64) {
	if c.shut(n) {
		c.l.hook(c.self())
	}
}
