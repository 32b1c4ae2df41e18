package wsapoll

import (
	"time"

	"github.com/goetia-go/goetia/internal/backend"
	"github.com/goetia-go/goetia/internal/sys/winsock"
)

// maxLook is how many sockets one look asks about.
const maxLook = 256

// candidate is an entry of the queue while Wait looks at it without the lock.
type candidate struct {
	token  backend.Token
	stamp  uint64
	handle uintptr
	id     identity
	stream bool
	// interest masks what is found.
	interest backend.Interest
	// ready is what was found. look: it is still to be found out.
	ready backend.Readiness
	look  bool
	// shut: there was an answer, but none that was asked for.
	shut bool
	// now is who has the number.
	now identity
}

// Wait implements backend.Backend. It looks itself at what was armed since the
// last Wait and at what the groups found before this one began, since that may
// have changed; what they find while it sleeps it takes as it is. Whatever is not
// ready it leaves to the groups.
func (p *Poll) Wait(events []backend.Event, timeout time.Duration) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.begin()
	defer p.end()
	for slept := false; ; slept = true {
		n, err := p.harvest(events)
		if n == 0 && err == nil && p.failed != nil {
			err, p.failed = p.failed, nil
			p.changed.Broadcast()
		}
		if n > 0 || err != nil || timeout == 0 || p.notified {
			return n, err
		}
		if timeout > 0 && !slept {
			p.setTimer(timeout)
		}
		if !p.sleep(timeout) {
			return 0, nil
		}
	}
}

func (p *Poll) begin() {
	p.epoch++
	for _, tok := range p.resting {
		if e := p.find(tok); e != nil && e.state == resting {
			p.enqueue(e, queued)
		}
	}
	p.resting = p.resting[:0]
	p.waiting = true
}

// end: a notification made until now is answered by the return that follows.
func (p *Poll) end() { p.waiting, p.notified = false, false }

func (p *Poll) setTimer(timeout time.Duration) {
	if p.timer == nil {
		p.timer = time.NewTimer(timeout)
		return
	}
	p.timer.Reset(timeout)
}

// sleep returns true when there may be something in the queue, and false when
// the time is up.
func (p *Poll) sleep(timeout time.Duration) bool {
	p.mu.Unlock()
	defer p.mu.Lock()
	if timeout < 0 {
		<-p.ring
		return true
	}
	select {
	case <-p.ring:
		return true
	case <-p.timer.C:
		return false
	}
}

// wakeWaiter makes a sleeping Wait look at the queue.
func (p *Poll) wakeWaiter() {
	if !p.waiting {
		return
	}
	select {
	case p.ring <- struct{}{}:
	default:
	}
}

// fail lets a Wait tell an error.
func (p *Poll) fail(err error) {
	if p.failed == nil {
		p.failed = err
	}
	p.changed.Broadcast()
	p.wakeWaiter()
}

// harvest works off the queue as it is now: what is queued meanwhile may be
// about a source that was reported already, and one Wait reports one event of
// each.
func (p *Poll) harvest(events []backend.Event) (n int, err error) {
	for left := p.queue.n; left > 0 && n < len(events); {
		p.batch = p.batch[:0]
		for left > 0 && n+len(p.batch) < len(events) && len(p.batch) < maxLook {
			left--
			if ev, ok := p.take(); ok {
				events[n] = ev
				n++
			}
		}
		p.mu.Unlock()
		err = p.examine()
		p.mu.Lock()
		if err != nil {
			p.putBack()
			break
		}
		n += p.report(events[n:])
	}
	if n > 0 && err != nil {
		p.fail(err)
		err = nil
	}
	p.completions.Add(uint64(n))
	return n, err
}

// take moves the head of the queue to the batch. The end of a registration
// needs no look and is returned.
func (p *Poll) take() (backend.Event, bool) {
	tok := p.queue.pop()
	e := p.find(tok)
	if e == nil {
		return backend.Event{}, false
	}
	e.inQueue = false
	switch e.state {
	case ended:
		p.forget(e)
		return backend.Event{Token: tok, Ready: backend.ReadyClosed}, true
	case queued:
		c := candidate{
			token: tok, stamp: e.stamp, handle: e.handle,
			id: e.id, stream: e.stream, interest: e.interest,
		}
		if e.found != 0 && e.foundIn == p.epoch {
			c.ready = e.found
		} else {
			c.look = true
		}
		p.batch = append(p.batch, c)
	}
	return backend.Event{}, false
}

// examine looks at the batch, without the lock.
func (p *Poll) examine() error {
	p.fds = p.fds[:0]
	for i := range p.batch {
		if c := &p.batch[i]; c.look {
			p.fds = append(p.fds, winsock.PollFD{Socket: c.handle, Events: encode(c.interest)})
		}
	}
	if len(p.fds) > 0 {
		p.waits.Add(1)
		if _, err := p.k.poll(p.fds, 0); err != nil {
			return err
		}
	}
	next := 0
	for i := range p.batch {
		c := &p.batch[i]
		if c.look {
			revents := p.fds[next].Revents
			next++
			c.ready = decode(revents).Mask(c.interest)
			c.shut = c.ready == 0 && revents != 0
		}
		if c.ready != 0 && c.ready != backend.ReadyClosed {
			// The number may be another socket's by now.
			c.now = identify(p.k, c.handle, c.stream)
			if c.id.compare(c.now) == different {
				c.ready = backend.ReadyClosed
			}
		}
	}
	return nil
}

// report makes events of the batch and hands the rest to the groups.
func (p *Poll) report(events []backend.Event) (n int) {
	for i := range p.batch {
		c := &p.batch[i]
		e := p.find(c.token)
		if e == nil || e.state != queued || e.stamp != c.stamp {
			continue // changed meanwhile, and queued again if armed
		}
		switch {
		case c.ready == 0:
			e.state, e.shut = watched, c.shut
			e.group.kick()
			continue
		case c.ready == backend.ReadyClosed:
			p.forget(e)
		case e.mode.IsOneshot():
			e.id.learn(c.now)
			e.state = idle
		default:
			e.id.learn(c.now)
			e.state = resting
			p.resting = append(p.resting, c.token)
		}
		events[n] = backend.Event{Token: c.token, Ready: c.ready & p.readiness}
		n++
	}
	return n
}

// putBack queues a batch again that could not be looked at.
func (p *Poll) putBack() {
	for i := range p.batch {
		c := &p.batch[i]
		if e := p.find(c.token); e != nil && e.state == queued && e.stamp == c.stamp {
			p.enqueue(e, queued)
		}
	}
}

// Notify implements backend.Backend.
func (p *Poll) Notify() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.notified = true
	p.wakeWaiter()
	return nil
}
