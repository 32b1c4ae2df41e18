//go:build !plan9

package evport

import (
	"errors"
	"os"
	"syscall"
	"time"

	"github.com/goetia-go/goetia/internal/backend"
	"github.com/goetia-go/goetia/internal/sys/evport"
)

// Wait implements backend.Backend.
func (p *Poll) Wait(events []backend.Event, timeout time.Duration) (int, error) {
	if len(events) > len(p.raw) {
		p.raw = make([]evport.Event, len(events))
	}
	p.repeat()
	p.waits.Add(1)
	// The events are gone from the port, whatever the error says.
	n, err := p.k.Fetch(p.raw[:len(events)], timeout)
	found := p.harvest(events, p.raw[:n])
	switch {
	case found > 0 || err == nil, errors.Is(err, evport.TimedOut), errors.Is(err, syscall.EINTR):
		return found, nil
	}
	return 0, os.NewSyscallError("port_getn", err)
}

// repeat associates anew what the last Wait reported in level mode.
func (p *Poll) repeat() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, i := range p.again {
		e := &p.entries[i]
		if e.token == 0 || !e.armed || e.associated || e.mode != backend.Level {
			continue // deleted or modified since
		}
		if p.stands(e) != nil || p.associate(e) != nil {
			forget(e) // it was closed
		}
	}
	p.again = p.again[:0]
}

// harvest turns the port's events into the contract's, at most one for each
// registration, since an association has one.
func (p *Poll) harvest(events []backend.Event, raw []evport.Event) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := 0
	for i := range raw {
		ev := &raw[i]
		at, turn := uint32(ev.User), uint32(ev.User>>32)
		if ev.Source != evport.FD || at >= uint32(len(p.entries)) {
			continue // a notification
		}
		e := &p.entries[at]
		if !e.associated || e.turn != turn {
			continue
		}
		e.associated = false
		if ev.Events&PollNval != 0 {
			forget(e)
			continue
		}
		ready := decode(ev.Events).Mask(e.interest)
		switch {
		case ready == 0:
			p.again = append(p.again, at)
			continue
		case e.mode.IsOneshot():
			e.armed = false
		default:
			p.again = append(p.again, at)
		}
		events[n] = backend.Event{Token: e.token, Ready: ready}
		n++
	}
	p.completions.Add(uint64(n))
	return n
}
