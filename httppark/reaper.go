package httppark

import (
	"sync"
	"time"

	"github.com/goetia-go/goetia"
)

// reaper closes parked connections whose limit has passed. One timer serves all.
type reaper struct {
	l *Listener
	// at is when it has to look, or 0. Listener.mu guards it.
	at int64
	// mu guards timer, and makes the last one who sets it know the last at.
	mu    sync.Mutex
	timer *goetia.Timer
}

// want notes that it has to look at some time at the latest, and says whether the timer has
// to be set for that. It is called with Listener.mu held.
func (r *reaper) want(at int64) bool {
	if at == 0 || r.at != 0 && r.at <= at {
		return false
	}
	r.at = at
	return true
}

// set sets the timer.
func (r *reaper) set() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.l.mu.Lock()
	at, closed := r.at, r.l.closed
	r.l.mu.Unlock()
	if at == 0 || closed {
		return
	}
	d := max(time.Duration(at-now()), 0)
	if r.timer == nil {
		r.timer = r.l.reactor.AfterFunc(d, r.look)
		return
	}
	r.timer.Reset(d)
}

func (r *reaper) stop() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.timer != nil {
		r.timer.Stop()
	}
}

// look closes what has to be closed.
func (r *reaper) look() {
	l := r.l
	for {
		l.mu.Lock()
		c, next := l.expired(now())
		if c == nil {
			r.at = 0
			early := r.want(next)
			l.mu.Unlock()
			if early {
				r.set()
			}
			return
		}
		l.put(c, nowhere)
		l.mu.Unlock()
		c.drop(&l.counts.expired)
	}
}
