package aio

import (
	"sync"
	"sync/atomic"

	"github.com/goetia-go/goetia/future"
)

// driving is who turns a Loop's reactor: one of those who wait for it, while the others wait
// for their turn in a channel.
type driving struct {
	// returning: the turn in progress has fired something, and so is about to return
	// without being told.
	returning atomic.Bool

	mu sync.Mutex
	// driver is the one that turns.
	driver *parker
	// waiting are the others, the one that has waited longest last to come off.
	waiting []*parker
}

// Parker returns a [future.Parker] that drives the Loop while it waits, if nobody else does:
// for future.BlockOnWith and executors that have a Parker.
func (l *Loop) Parker() future.Parker {
	if l.selfDriven {
		return future.NewParker()
	}
	return newParker(l)
}

// parker is one who waits.
type parker struct {
	l     *Loop
	state atomic.Uint32
	// c wakes it while somebody else drives.
	c chan struct{}
}

// The states of a parker are combinations of these.
const (
	// token: it was unparked.
	token = 1 << iota
	// turning: it drives, or is about to.
	turning
)

func newParker(l *Loop) *parker { return &parker{l: l, c: make(chan struct{}, 1)} }

// Park implements [future.Parker].
func (p *parker) Park(wait bool) {
	if p.state.Load()&token != 0 && wait {
		p.state.And(^uint32(token))
		return
	}
	if !p.l.take(p, wait) {
		if wait {
			<-p.c
			p.l.left(p)
			p.state.And(^uint32(token))
		}
		return
	}
	p.l.returning.Store(false)
	p.state.Or(turning)
	switch {
	case !wait:
		_, _ = p.l.r.Turn(0) // it fails if the Reactor is closed, which the tasks find out
	case p.state.Load()&token == 0:
		if _, err := p.l.r.Turn(-1); err != nil {
			p.broken()
		}
	}
	p.state.And(^uint32(turning))
	p.l.pass()
	if wait {
		p.state.And(^uint32(token))
	}
}

// broken waits after the reactor has failed, most likely since it is closed. Whoever waited
// on it was told; what is still to come comes from elsewhere.
func (p *parker) broken() {
	for p.state.Load()&token == 0 {
		<-p.c
	}
}

// Unpark implements [future.Parker].
func (p *parker) Unpark() {
	old := p.state.Or(token)
	if old&token != 0 {
		return
	}
	if old&turning != 0 && !p.l.returning.Load() {
		_ = p.l.r.Notify() // it fails if the Reactor is closed, and then nobody turns
	}
	p.signal()
}

// signal wakes it from its channel, now or as soon as it waits there.
func (p *parker) signal() {
	select {
	case p.c <- struct{}{}:
	default:
	}
}

// take makes p the driver if there is none, or else has it wait if it wants to.
func (l *Loop) take(p *parker, wait bool) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.driver == nil {
		l.driver = p
		return true
	}
	if wait {
		l.waiting = append(l.waiting, p)
	}
	return false
}

// left is called by one that has been woken from its channel.
func (l *Loop) left(p *parker) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, q := range l.waiting {
		if q == p {
			l.waiting = append(l.waiting[:i], l.waiting[i+1:]...)
			break
		}
	}
	if l.driver == nil && len(l.waiting) > 0 {
		// It may have been asked to drive, and was woken by something else as well.
		l.waiting[0].signal()
	}
}

// pass ends the driver's turn. Who has waited longest is asked to drive, and does so
// when it parks again.
func (l *Loop) pass() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.driver = nil
	if len(l.waiting) > 0 {
		l.waiting[0].signal()
	}
}
