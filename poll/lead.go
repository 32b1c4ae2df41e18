package poll

import (
	"sync/atomic"
	"time"
)

// lead lets one waiter at a time into the mechanism. The others sleep in Go,
// where a timeout costs no thread, and take over one by one.
//
// It is a lock with a bounded wait. sync.Mutex cannot be given up on, and the
// usual one-place channel costs twice as much when nobody competes.
type lead struct {
	held      atomic.Bool
	followers atomic.Int32
	permit    chan struct{} // one place: "look again"
}

func newLead() lead { return lead{permit: make(chan struct{}, 1)} }

// tryAcquire takes the lead if it is free.
func (l *lead) tryAcquire() bool { return l.held.CompareAndSwap(false, true) }

// follow takes the lead when it is given up, or gives up itself when timeout (negative:
// none) has passed.
func (l *lead) follow(timeout time.Duration) bool {
	if timeout == 0 {
		return false
	}
	// Count first, look second: release looks in the opposite order, so one
	// of the two sees the other.
	l.followers.Add(1)
	defer l.followers.Add(-1)
	var expired <-chan time.Time
	if timeout > 0 {
		timer := time.NewTimer(timeout)
		defer timer.Stop()
		expired = timer.C
	}
	for {
		if l.tryAcquire() {
			return true
		}
		select {
		case <-l.permit:
		case <-expired:
			return false
		}
	}
}

// take takes the lead however long that takes, and nudges the leader meanwhile.
func (l *lead) take(nudge func()) {
	l.followers.Add(1)
	defer l.followers.Add(-1)
	for !l.tryAcquire() {
		nudge()
		<-l.permit
	}
}

// release gives the lead up and lets one follower look.
func (l *lead) release() {
	l.held.Store(false)
	if l.followers.Load() > 0 {
		select {
		case l.permit <- struct{}{}:
		default: // somebody is already on the way
		}
	}
}
