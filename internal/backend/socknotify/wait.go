package socknotify

import (
	"time"

	"github.com/goetia-go/goetia/internal/backend"
	"github.com/goetia-go/goetia/internal/sys/iocp"
	"github.com/goetia-go/goetia/internal/sys/socknotify"
)

// Wait implements backend.Backend.
func (p *Poll) Wait(events []backend.Event, timeout time.Duration) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for p.settling {
		p.turned.Wait()
	}
	if err := p.armAll(); err != nil {
		return 0, err
	}
	if len(p.ready) > 0 || p.owed {
		// There is something to report already. Look at the port all the same:
		// what was found both ways is one event.
		timeout = 0
	}
	p.owed = false
	if err := p.dequeue(max(len(events)-len(p.ready), 1), timeout); err != nil {
		return 0, err
	}
	return p.report(events), nil
}

// dequeue takes packets in, with mu released while the port is waited for.
func (p *Poll) dequeue(room int, timeout time.Duration) error {
	raw := p.room(room)
	p.inside, p.woken = true, false
	p.waits.Add(1)
	p.mu.Unlock()
	n, err := p.k.Dequeue(raw, timeout)
	p.mu.Lock()
	p.inside = false
	p.take(raw[:n]) // wakes are answered by this return
	p.turned.Broadcast()
	return err
}

// reap takes in what the port holds now, for those who may not wait; if there is
// nothing it waits for the first packet. Nobody may be inside, and mu is held
// throughout, so nobody can get there.
func (p *Poll) reap(timeout time.Duration) error {
	raw := p.room(minPackets)
	for {
		p.waits.Add(1)
		n, err := p.k.Dequeue(raw, timeout)
		p.owed = p.take(raw[:n]) || p.owed
		if err != nil || n < len(raw) {
			return err
		}
		timeout = 0
	}
}

// minPackets is how many packets a reap takes at a time.
const minPackets = 64

func (p *Poll) room(n int) []iocp.Entry {
	if n > len(p.raw) {
		p.raw = make([]iocp.Entry, n)
	}
	return p.raw[:n]
}

// take takes one call's packets in and says whether there was a wake among them.
func (p *Poll) take(raw []iocp.Entry) (woken bool) {
	for i := range raw {
		key, events := raw[i].Key, socknotify.Events(raw[i].Bytes)
		if key == WakeKey {
			woken = true
			continue
		}
		p.completions.Add(1)
		if events&socknotify.Removed != 0 {
			p.removed(key)
			continue // what else it says is of a registration that has ended
		}
		switch e, mistaken := p.resolve(key); {
		case e == nil:
		case mistaken:
			// Its socket was closed without Delete, which is not told, and the
			// number's new owner was registered. Leave that one alone.
			_ = p.withdraw(e)
			p.forget(e)
		default:
			p.judge(e, events)
		}
	}
	return woken
}

// removed takes in a registration's last packet.
func (p *Poll) removed(key uintptr) {
	successor, expected := p.removals.done(key, key&^p.keys.mistaken())
	p.count()
	e, mistaken := p.find(successor), false
	if !expected {
		// Nobody has asked for this, or has given up waiting for it.
		e, mistaken = p.resolve(key)
	}
	if e == nil || mistaken || e.socket == p.vacating {
		// In the last case somebody adds the number anew. To take its socket for
		// one that was closed replaces a registration that was added twice; to take
		// it for the old one would refuse a socket that has just been accepted.
		return
	}
	// At once and whether it is armed or not: by that it is known to stand.
	e.gone = true
	p.enabled(e, p.enable(e))
}

// judge decides what a packet of a standing registration means.
func (p *Poll) judge(e *entry, events socknotify.Events) {
	if !e.armed {
		return
	}
	found := decode(events).Mask(e.interest)
	switch {
	case found != 0:
		p.tell(e, found)
	case !e.edge():
		// It was queued before the last Modify, and its delivery may have
		// disabled what that Modify has enabled.
		p.rearm(e)
	}
}

// armAll enables those that await it, many with one call.
func (p *Poll) armAll() error {
	for left := len(p.arming); left > 0; {
		p.batch = p.batch[:0]
		taken := min(left, maxBatch)
		left -= taken
		for _, i := range p.arming[:taken] {
			if e := &p.entries[i]; e.arming {
				p.batch = append(p.batch, p.enabling(e))
			}
		}
		if r := p.changeAll(); r != socknotify.Success {
			return r.Err()
		}
		for _, i := range p.arming[:taken] {
			p.entries[i].arming = false
		}
		p.arming = append(p.arming[:0], p.arming[taken:]...)
		for i := range p.batch {
			e, _ := p.resolve(p.batch[i].Key)
			if e == nil {
				continue
			}
			if r := p.batch[i].Result; r == socknotify.Success {
				p.made(e)
			} else {
				p.enabled(e, r)
			}
		}
	}
	return nil
}

// maxBatch is how many changes one call makes.
const maxBatch = 256

// enabled takes in how enabling went that nobody gets an answer to.
func (p *Poll) enabled(e *entry, r socknotify.Result) {
	switch {
	case r == socknotify.Success:
	case r.NotSocket():
		p.forget(e) // closed without Delete, which is not told
	case r.Scarce():
		p.rearm(e)
	default:
		p.tell(e, failure.Mask(e.interest))
	}
}

// report hands out what was found.
func (p *Poll) report(events []backend.Event) (n int) {
	taken := 0
	for _, i := range p.ready {
		if n == len(events) {
			break
		}
		taken++
		e := &p.entries[i]
		if !e.ready {
			continue // another registration has the index now
		}
		e.ready = false
		found := e.found
		e.found = 0
		if !e.armed || found == 0 {
			continue
		}
		events[n] = backend.Event{Token: e.token, Ready: found}
		n++
		switch {
		case e.mode.IsOneshot():
			e.armed = false
		case e.mode == backend.Level:
			p.rearm(e)
		}
	}
	p.ready = append(p.ready[:0], p.ready[taken:]...)
	return n
}
