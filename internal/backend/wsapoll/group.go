package wsapoll

import (
	"errors"

	"github.com/goetia-go/goetia/internal/backend"
	"github.com/goetia-go/goetia/internal/sys/winsock"
)

// group is some of the sockets, with a goroutine that sits in WSAPoll for them.
// A change costs a walk of the group and not of all sockets.
type group struct {
	p *Poll
	// near and far are the wake-up sockets: near is polled, far is written.
	near, far uintptr

	// What follows is guarded by Poll.mu.

	members []uint32
	// sleeping: the goroutine is in WSAPoll or about to be. kicked: near is
	// or will be readable.
	sleeping, kicked bool
	stop             bool
	// rounds counts the calls that have ended.
	rounds uint64

	// What follows belongs to the goroutine.

	fds, shut  []winsock.PollFD
	asked, now []asked
	// patience is how long, in milliseconds, the next round lasts at most.
	patience int32
}

// asked remembers for which arming an array's entry was made.
type asked struct {
	index uint32
	stamp uint64
}

// shutTick is how often, in milliseconds, a group looks at sockets whose answer
// cannot be declined: the peer has finished sending, which WSAPoll always tells,
// while only room for writing was asked for, and there is none.
const shutTick = 10

// A call that begins with a closed socket among others sleeps on (Wine's does)
// and tells it only when it ends. Programs close sockets in answer to events, so
// often just when their group is about to sleep. The first round after an answer
// or a kick is therefore short, and those that follow it grow, in milliseconds.
const (
	firstPatience = 20
	growth        = 8
	lastPatience  = 30_000
)

// join puts an entry into a group with room, opening one if there is none.
func (p *Poll) join(e *entry) error {
	var g *group
	for _, g = range p.groups {
		if len(g.members) < p.groupSize {
			break
		}
	}
	if g == nil || len(g.members) >= p.groupSize {
		near, far, err := p.k.pair()
		if err != nil {
			return err
		}
		g = &group{p: p, near: near, far: far, patience: firstPatience}
		p.groups = append(p.groups, g)
		p.running.Add(1)
		go g.run()
	}
	e.group, e.place = g, len(g.members)
	g.members = append(g.members, e.token.Index())
	return nil
}

// leave takes an entry out of its group. A group that has become empty ends,
// unless it is the only one.
func (p *Poll) leave(e *entry) {
	g := e.group
	last := len(g.members) - 1
	moved := g.members[last]
	g.members[e.place] = moved
	p.entries[moved].place = e.place
	g.members = g.members[:last]
	if last > 0 || len(p.groups) == 1 {
		return
	}
	for i := range p.groups {
		if p.groups[i] == g {
			p.groups = append(p.groups[:i], p.groups[i+1:]...)
			break
		}
	}
	g.stop = true
	g.kick()
}

// kick makes the goroutine look at its members again.
func (g *group) kick() {
	if !g.sleeping || g.kicked {
		return // it is awake, and will look before it sleeps
	}
	g.kicked = true
	if err := g.p.k.signal(g.far); err != nil {
		g.p.fail(err)
	}
}

// run is the goroutine.
func (g *group) run() {
	p := g.p
	p.mu.Lock()
	for !g.stop {
		timeout := g.gather()
		g.sleeping = true
		p.mu.Unlock()
		err := g.round(timeout)
		p.mu.Lock()
		g.sleeping = false
		g.rounds++
		if err == nil {
			g.patience = min(g.patience*growth, lastPatience)
			if g.fds[0].Revents != 0 {
				g.patience = firstPatience
			}
			g.deliver(g.fds[1:], g.asked)
			g.deliver(g.shut, g.now)
		}
		p.changed.Broadcast()
		if err != nil && !g.stop {
			p.fail(err)
			for p.failed != nil && !g.stop {
				p.changed.Wait() // until a Wait has told it
			}
		}
	}
	p.mu.Unlock()
	err := errors.Join(p.k.close(g.near), p.k.close(g.far))
	p.mu.Lock()
	p.trouble = errors.Join(p.trouble, err)
	p.mu.Unlock()
	p.running.Done()
}

// gather makes the arrays for one round.
func (g *group) gather() (timeout int32) {
	g.fds = append(g.fds[:0], winsock.PollFD{Socket: g.near, Events: winsock.PollRdNorm})
	g.shut, g.asked, g.now = g.shut[:0], g.asked[:0], g.now[:0]
	for _, i := range g.members {
		e := &g.p.entries[i]
		if e.state != watched {
			continue
		}
		fd := winsock.PollFD{Socket: e.handle, Events: encode(e.interest)}
		if e.shut {
			g.shut, g.now = append(g.shut, fd), append(g.now, asked{i, e.stamp})
		} else {
			g.fds, g.asked = append(g.fds, fd), append(g.asked, asked{i, e.stamp})
		}
	}
	switch {
	case len(g.shut) > 0:
		return shutTick
	case len(g.asked) == 0:
		return -1
	}
	return g.patience
}

// round asks the kernel, without the lock.
func (g *group) round(timeout int32) error {
	p := g.p
	p.waits.Add(1)
	if _, err := p.k.poll(g.fds, timeout); err != nil {
		return err
	}
	if g.fds[0].Revents != 0 {
		if err := p.k.drain(g.near); err != nil {
			return err
		}
		// Nobody kicks again until this round has ended: kicked is still set.
		p.mu.Lock()
		g.kicked = false
		p.mu.Unlock()
	}
	if len(g.shut) > 0 {
		p.waits.Add(1)
		if _, err := p.k.poll(g.shut, 0); err != nil {
			return err
		}
	}
	return nil
}

// deliver hands what was found to Wait.
func (g *group) deliver(fds []winsock.PollFD, asked []asked) {
	p := g.p
	for i := range fds {
		if fds[i].Revents == 0 {
			continue
		}
		g.patience = firstPatience
		e := &p.entries[asked[i].index]
		if e.state != watched || e.stamp != asked[i].stamp {
			continue // it has changed since, or is another registration
		}
		p.conclude(e, fds[i].Revents)
	}
}

// conclude keeps what a group found for Wait.
func (p *Poll) conclude(e *entry, revents uint16) {
	found := decode(revents).Mask(e.interest)
	switch {
	case found == 0:
		e.shut = true
	case found == backend.ReadyClosed:
		p.enqueue(e, ended)
	default:
		e.found = found
		if p.waiting {
			e.foundIn = p.epoch
		}
		p.enqueue(e, queued)
	}
}
