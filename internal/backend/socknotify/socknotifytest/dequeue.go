package socknotifytest

import (
	"time"

	"github.com/goetia-go/goetia/internal/backend"
	mechanism "github.com/goetia-go/goetia/internal/backend/socknotify"
	"github.com/goetia-go/goetia/internal/sys/iocp"
	"github.com/goetia-go/goetia/internal/sys/socknotify"
)

// happenings takes in what has changed about the sockets.
func (p *Port) happenings(timeout time.Duration) error {
	if p.happened == nil {
		p.happened = make([]backend.Event, 256)
	}
	p.w.Host.mu.Lock()
	fresh := p.fresh
	p.fresh = nil
	p.w.Host.mu.Unlock()
	for {
		n, err := p.w.Edge.Wait(p.happened, timeout)
		if err != nil {
			return err
		}
		p.w.Host.mu.Lock()
		for _, ev := range p.happened[:n] {
			if r := p.byToken[ev.Token]; r != nil {
				r.happened |= r.translate(ev.Ready) &^ r.skip
				r.skip = 0
			}
		}
		if n < len(p.happened) {
			for _, r := range fresh {
				r.skip = 0 // Edge has said all that it had to say
			}
			p.w.Host.mu.Unlock()
			return nil
		}
		p.w.Host.mu.Unlock()
		timeout = 0
	}
}

// collect queues packets for what is the case, and delivers those that there is room
// for. late says that more will come without anything happening.
func (p *Port) collect(entries []iocp.Entry) (n int, late bool) {
	p.w.Host.mu.Lock()
	defer p.w.Host.mu.Unlock()
	for _, ev := range p.look() {
		if r := p.byToken[ev.Token]; r != nil {
			p.evaluate(r, r.translate(ev.Ready))
		}
	}
	p.age()
	taken := 0
	for _, x := range p.queue {
		if n == len(entries) {
			break
		}
		taken++
		if key, events, ok := p.deliver(x); ok {
			entries[n] = iocp.Entry{Key: key, Bytes: uint32(events)}
			n++
		}
	}
	p.queue = append(p.queue[:0], p.queue[taken:]...)
	return n, len(p.dying) > 0
}

func (p *Port) evaluate(r *registration, now socknotify.Events) {
	if !r.enabled || r.closed() {
		return
	}
	now &= r.filter | socknotify.Err
	if r.trigger&socknotify.Edge != 0 {
		now &= r.happened
		r.happened = 0
	}
	if now == 0 || r.queued != nil && p.w.Quirks&Sticky != 0 {
		return
	}
	p.post(r, now)
}

// age queues the packets of removals that are late enough.
func (p *Port) age() {
	kept := p.dying[:0]
	for _, r := range p.dying {
		if r.late--; r.late > 0 {
			kept = append(kept, r)
			continue
		}
		p.post(r, socknotify.Removed)
	}
	p.dying = kept
}

// deliver says what a packet tells, if it is delivered at all.
func (p *Port) deliver(x *packet) (key uintptr, events socknotify.Events, ok bool) {
	r := x.r
	if r == nil {
		return mechanism.WakeKey, 0, x.wake
	}
	r.queued = nil
	if r.closed() {
		p.drop(r)
		if p.w.Quirks&Survive == 0 {
			return 0, 0, false
		}
	}
	if x.events&socknotify.Removed != 0 {
		p.drop(r)
	}
	if r.trigger&socknotify.Oneshot != 0 {
		p.disable(r)
	}
	return r.key, x.events, true
}
