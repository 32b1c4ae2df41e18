package socknotify

import (
	"fmt"

	"github.com/goetia-go/goetia/internal/backend"
	"github.com/goetia-go/goetia/internal/sys/socknotify"
)

// enabling is the change that brings the kernel's registration into line with the entry.
// One that is not armed stays registered, for nothing. The manual says of
// SOCK_NOTIFY_OP_DISABLE that one must not enable again before a notification that
// does not exist, so it is not used.
func (p *Poll) enabling(e *entry) socknotify.Registration {
	in, key := e.interest, p.key(e)
	if !e.armed {
		in = 0
	}
	if !e.gone && p.config.KeepsKey {
		key |= p.keys.mistaken()
	}
	return socknotify.Registration{
		Socket: e.socket, Key: key,
		Filter: uint16(encode(in)), Op: socknotify.Enable, Trigger: trigger(in, e.mode),
	}
}

// enable arms the entry's registration, and makes it if there is none.
func (p *Poll) enable(e *entry) socknotify.Result {
	r := p.change(p.enabling(e))
	if r == socknotify.Success {
		p.made(e)
	}
	return r
}

// made is called when the entry was enabled. A new registration in edge mode is looked
// at: only what changes while it is enabled makes a packet. Whatever changes during the
// look makes one too, and is then told twice.
func (p *Poll) made(e *entry) {
	e.gone = false
	if !e.edge() {
		return
	}
	found := failure // reading or writing will say what it is
	if events, err := p.k.Look(e.socket); err == nil {
		found = decode(events)
	}
	if found = found.Mask(e.interest); found != 0 {
		p.tell(e, found)
		p.wakeForReady()
	}
}

// wakeForReady gets a Wait that sleeps in the kernel out.
func (p *Poll) wakeForReady() {
	if p.inside && !p.woken {
		p.woken = p.k.Wake() == nil
	}
}

// create makes the registration of a new entry.
func (p *Poll) create(e *entry) error {
	r := p.enable(e)
	if r != socknotify.Success && p.removals.leaving(e.socket) && p.await(removalLimit, func() bool { return !p.removals.leaving(e.socket) }) {
		r = p.enable(e)
	}
	switch {
	case r == socknotify.Success:
		p.removals.succeed(e.socket, e.token)
		return nil
	case r.NotSocket():
		return fmt.Errorf("%w: %w", backend.ErrBadDescriptor, r.Err())
	case r.Scarce():
		return r.Err()
	}
	return fmt.Errorf("%w: a socket can be on one completion port only, and may be on one already, "+
		"as those of package net are on the Go runtime's; the mechanism afd takes such sockets: %w", backend.ErrUnsupported, r.Err())
}

// change makes one change. That the call failed, or that this registration did, is the
// same for one.
func (p *Poll) change(reg socknotify.Registration) socknotify.Result {
	p.batch = append(p.batch[:0], reg)
	p.changed.Add(1)
	if r := p.k.Process(p.batch); r != socknotify.Success {
		return r
	}
	return p.batch[0].Result
}

// changeAll makes the changes in p.batch. If it fails, none was made.
func (p *Poll) changeAll() socknotify.Result {
	regs := p.batch
	if len(regs) == 0 {
		return socknotify.Success
	}
	p.changed.Add(1)
	r := p.k.Process(regs)
	if r == socknotify.Success || r.Scarce() {
		return r
	}
	// One of them may have been to blame: its socket was closed.
	for i := range regs {
		p.changed.Add(1)
		if r := p.k.Process(regs[i : i+1]); r != socknotify.Success {
			regs[i].Result = r
		}
	}
	return socknotify.Success
}
