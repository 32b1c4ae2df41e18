//go:build !plan9

package kqueue

import (
	"errors"
	"os"
	"slices"
	"syscall"
	"time"

	"github.com/goetia-go/goetia/internal/backend"
	"github.com/goetia-go/goetia/internal/sys/kevent"
)

// Wait implements backend.Backend.
func (p *Poll) Wait(events []backend.Event, timeout time.Duration) (int, error) {
	if len(events) > len(p.raw) {
		p.raw = make([]kevent.Event, len(events))
	}
	if n := p.reportBroken(events); n > 0 {
		return n, nil
	}
	p.waits.Add(1)
	n, err := p.fetchInto(p.raw[:len(events)], timeout)
	if err != nil {
		return 0, err
	}
	return p.harvest(events, p.raw[:n])
}

// fetchInto asks the kernel. Where the wake-up has filled the last place it asks once more for
// that: who is woken again and again would never hear of a source otherwise.
func (p *Poll) fetchInto(raw []kevent.Event, timeout time.Duration) (int, error) {
	n, err := p.k.Fetch(raw, timeout)
	if err != nil {
		return 0, interrupted(err)
	}
	if n < len(raw) {
		return n, nil
	}
	i := slices.IndexFunc(raw, func(ev kevent.Event) bool { return ev.Udata == wakeCookie })
	if i < 0 {
		return n, nil
	}
	if err := p.k.Woken(); err != nil && n == 1 {
		return 0, err
	}
	raw[i] = raw[n-1]
	more, err := p.k.Fetch(raw[n-1:], 0)
	if err != nil && n == 1 {
		return 0, interrupted(err)
	}
	return n - 1 + more, nil // an error comes back by itself
}

// interrupted is what a Wait says of a failed kevent.
func interrupted(err error) error {
	if errors.Is(err, syscall.EINTR) {
		return nil
	}
	return os.NewSyscallError("kevent", err)
}

// harvest makes events of what the kernel found: one for each registration.
func (p *Poll) harvest(events []backend.Event, raw []kevent.Event) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fetch++
	n, woken := 0, false
	for i := range raw {
		ev := &raw[i]
		if ev.Udata == wakeCookie {
			woken = true
			continue
		}
		e := p.resolve(ev.Udata)
		if e == nil || ev.Filter >= filters || ev.Flags&kevent.Error != 0 {
			continue
		}
		first := e.fetched != p.fetch
		p.delivered(e, ev.Filter)
		if first && !e.armed || e.interest&interests[ev.Filter] == 0 {
			continue // the other filter was quicker, or this one is not wanted any more
		}
		if first {
			e.fetched, e.place, e.ends = p.fetch, n, 0
			events[n] = backend.Event{Token: e.token}
			n++
			if e.mode.IsOneshot() {
				e.armed = false
			}
		}
		out := &events[e.place]
		out.Ready |= decode(ev)
		if ev.Flags&kevent.EOF != 0 {
			e.ends.put(ev.Filter, true)
		}
		if e.ends.has(kevent.Read) && e.ends.has(kevent.Write) {
			out.Ready |= both
		}
	}
	p.completions.Add(uint64(n))
	if woken {
		if err := p.k.Woken(); err != nil && n == 0 {
			return 0, err
		}
	}
	return n, nil
}

// resolve finds the registration that an event is about, or nil.
func (p *Poll) resolve(udata uintptr) *entry {
	i := indexOf(udata, p.config.Wide)
	if i >= uint32(len(p.entries)) {
		return nil
	}
	e := &p.entries[i]
	if c, _ := cookie(e.token, p.config.Wide); e.token == 0 || c != udata {
		return nil
	}
	return e
}

// delivered: a oneshot knote has been disabled by delivering it, or is now.
func (p *Poll) delivered(e *entry, f kevent.Filter) {
	if !e.mode.IsOneshot() {
		return
	}
	if p.config.Dispatch {
		e.on.put(f, false)
		return
	}
	l := p.plan(e)
	l.change(f, kevent.Disable)
	_ = l.apply() // if it is gone, it is silent too
}

// reportBroken reports pipes that nobody reads.
func (p *Poll) reportBroken(events []backend.Event) (n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	kept := p.broken[:0]
	for _, tok := range p.broken {
		e := p.find(tok)
		if e == nil || !e.broken || !e.armed {
			continue
		}
		if n == len(events) {
			kept = append(kept, tok)
			continue
		}
		events[n] = backend.Event{Token: tok, Ready: backend.ReadyWritable | backend.ReadyError | backend.ReadyHangUp}
		n++
		switch {
		case e.mode.IsOneshot():
			e.armed = false
		case e.mode == backend.Level:
			kept = append(kept, tok)
		}
	}
	p.broken = kept
	return n
}
