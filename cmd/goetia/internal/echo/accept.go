package echo

import (
	"time"

	"github.com/goetia-go/goetia/cmd/goetia/internal/sock"
	"github.com/goetia-go/goetia/poll"
)

// listenerKey is the listener's in the first loop's Poller.
const listenerKey poll.Key = 0

const (
	// acceptsPerEvent bounds a burst, so that those already here are served
	// in between.
	acceptsPerEvent = 128
	firstRest       = 5 * time.Millisecond
	longestRest     = time.Second
)

// acceptor takes connections from the listener and deals them out. It belongs
// to the first loop.
type acceptor struct {
	listener sock.Socket
	next     int
	rest     time.Duration
	// resumeAt ends a rest; it is zero when there is none.
	resumeAt time.Time
	stopped  bool
}

// accept takes what waits in the listener.
func (a *acceptor) accept(l *loop) error {
	for range acceptsPerEvent {
		s, err := a.listener.Accept()
		switch {
		case err == nil:
			a.rest = 0
			if err := a.deal(l, s); err != nil {
				return err
			}
		case err == sock.ErrWouldBlock:
			return nil
		case err == sock.ErrAborted:
			l.counts.AcceptErrors++
		default:
			// No descriptors left, mostly. The listener stays ready, so in
			// level mode it would spin: look away for a while.
			l.counts.AcceptErrors++
			return a.pause(l)
		}
	}
	return nil
}

func (a *acceptor) deal(l *loop, s sock.Socket) error {
	l.counts.Accepted++
	l.server.enter()
	to := l.server.loops[a.next]
	a.next = (a.next + 1) % len(l.server.loops)
	if to == l {
		l.add(s)
		return nil
	}
	return to.deal(s)
}

func (a *acceptor) pause(l *loop) error {
	a.rest = min(max(2*a.rest, firstRest), longestRest)
	a.resumeAt = time.Now().Add(a.rest)
	return l.poller.Modify(a.listener.Source(), listenerKey, 0, poll.Level)
}

// resume ends a rest that is over.
func (a *acceptor) resume(l *loop) error {
	if a.resumeAt.IsZero() || a.stopped || time.Now().Before(a.resumeAt) {
		return nil
	}
	a.resumeAt = time.Time{}
	return l.poller.Modify(a.listener.Source(), listenerKey, poll.Readable, poll.Level)
}

// stop closes the listener.
func (a *acceptor) stop(l *loop) {
	if a.stopped {
		return
	}
	a.stopped, a.resumeAt = true, time.Time{}
	_ = l.poller.Delete(a.listener.Source())
	_ = a.listener.Close()
}
