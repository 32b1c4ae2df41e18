package echo

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/goetia-go/goetia/cmd/goetia/internal/sock"
	"github.com/goetia-go/goetia/poll"
)

var (
	// errDone: the peer has finished and has everything back.
	errDone = errors.New("done")
	// errGone: the peer is gone and what was kept for it is lost.
	errGone = errors.New("peer is gone")
)

// batch is how many events one Wait may bring.
const batch = 256

// readSize is the buffer that all connections of a loop share.
const readSize = 64 << 10

// loop serves the connections that were dealt to it. Everything but the inbox
// belongs to the goroutine in run.
type loop struct {
	server    *Server
	poller    *poll.Poller
	highWater int
	buf       []byte
	store     store
	conns     []*conn // by key; the listener's place is empty
	free      []poll.Key
	open      int
	counts    Counts
	// deadline ends a drain; it is zero while the server serves.
	deadline time.Time

	mu    sync.Mutex
	inbox []sock.Socket
}

func newLoop(s *Server, p *poll.Poller) *loop {
	return &loop{
		server:    s,
		poller:    p,
		highWater: s.options.HighWater,
		buf:       make([]byte, readSize),
		conns:     make([]*conn, listenerKey+1),
	}
}

// run serves until the server stops and the connections are drained.
func (l *loop) run(accept *acceptor) error {
	defer l.closeAll()
	events := make([]poll.Event, batch)
	for {
		n, err := l.poller.Wait(events, l.timeout(accept))
		if err != nil {
			return fmt.Errorf("event loop: %w", err)
		}
		for _, ev := range events[:n] {
			if ev.Key == listenerKey {
				err = accept.accept(l)
			} else {
				l.serve(l.conns[ev.Key], ev.Ready)
			}
			if err != nil {
				return err
			}
		}
		l.takeInbox()
		if accept != nil {
			if err := accept.resume(l); err != nil {
				return err
			}
		}
		if l.server.stopping.Load() && l.drained(accept) {
			return nil
		}
	}
}

// timeout is how long the next Wait may last.
func (l *loop) timeout(accept *acceptor) time.Duration {
	until := l.deadline
	if accept != nil && !accept.resumeAt.IsZero() && (until.IsZero() || accept.resumeAt.Before(until)) {
		until = accept.resumeAt
	}
	if until.IsZero() {
		return -1
	}
	return max(time.Until(until), 0)
}

// serve handles one event of one connection.
func (l *loop) serve(c *conn, r poll.Readiness) {
	if c == nil {
		return
	}
	switch err := l.ready(c, r); {
	case err == nil:
		return
	case err == errDone:
	case err == errGone, sock.IsReset(err):
		l.counts.Resets++
	default:
		l.counts.Errors++
	}
	l.close(c)
}

// deal gives a fresh connection to the loop, from any goroutine.
func (l *loop) deal(s sock.Socket) error {
	l.mu.Lock()
	l.inbox = append(l.inbox, s)
	first := len(l.inbox) == 1
	l.mu.Unlock()
	if !first {
		return nil // the notification for the first is still to be answered
	}
	return l.poller.Notify()
}

func (l *loop) takeInbox() {
	if len(l.server.loops) == 1 {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, s := range l.inbox {
		l.add(s)
	}
	l.inbox = l.inbox[:0]
}

// add begins to serve a connection.
func (l *loop) add(s sock.Socket) {
	c := &conn{s: s, interest: poll.Readable}
	if n := len(l.free); n > 0 {
		c.key = l.free[n-1]
		l.free = l.free[:n-1]
		l.conns[c.key] = c
	} else {
		c.key = poll.Key(len(l.conns))
		l.conns = append(l.conns, c)
	}
	l.open++
	if !l.deadline.IsZero() {
		l.forget(c) // nothing was echoed to it that could be lost
		return
	}
	if err := l.poller.Add(s.Source(), c.key, c.interest, poll.Level); err != nil {
		l.counts.Errors++
		l.forget(c)
	}
}

func (l *loop) close(c *conn) {
	if err := l.poller.Delete(c.s.Source()); err != nil {
		l.counts.Errors++
	}
	l.forget(c)
}

func (l *loop) forget(c *conn) {
	c.out.clear(&l.store)
	if c.paused {
		l.server.paused.Add(-1)
	}
	_ = c.s.Close()
	l.conns[c.key] = nil
	l.free = append(l.free, c.key)
	l.open--
	l.counts.Closed++
	l.server.active.Add(-1)
}

// drained begins the drain at the first call, and says when it is over.
func (l *loop) drained(accept *acceptor) bool {
	if l.deadline.IsZero() {
		l.deadline = time.Now().Add(l.server.options.Drain)
		if accept != nil {
			accept.stop(l)
		}
		for _, c := range l.conns {
			if c != nil {
				c.ended = true
				l.serve(c, 0)
			}
		}
	}
	return l.open == 0 || !time.Now().Before(l.deadline)
}

func (l *loop) closeAll() {
	for _, c := range l.conns {
		if c != nil {
			l.close(c)
		}
	}
}
