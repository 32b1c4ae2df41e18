package fallback

import "github.com/goetia-go/goetia/internal/backend"

// look asks both without waiting, each first in its turn.
func (p *Poll) look(s *secondary, events []backend.Event) (n int, err error) {
	if err := p.held; err != nil {
		p.held = nil
		return 0, err
	}
	if n = p.takePending(s, events); n > 0 {
		// Not the secondary now: it might report the same source once more.
		if n < len(events) {
			m, err := p.primaryNow(events[n:])
			return p.settle(n+m, err)
		}
		return n, nil
	}
	p.primaryLast = !p.primaryLast
	for turn := range 2 {
		var m int
		var err error
		if (turn == 0) == p.primaryLast {
			m, err = p.secondaryNow(s, events[n:])
		} else {
			m, err = p.primaryNow(events[n:])
		}
		n += m
		if err != nil {
			return p.settle(n, err)
		}
		if n == len(events) {
			break
		}
	}
	return n, nil
}

// settle returns events now and an error that came beside them next time.
func (p *Poll) settle(n int, err error) (int, error) {
	if n > 0 {
		p.held = err
		return n, nil
	}
	return 0, err
}

// primaryNow looks twice if a notification of our own may have ended the first
// look.
func (p *Poll) primaryNow(events []backend.Event) (int, error) {
	n, err := p.primary.Wait(events, 0)
	if n == 0 && err == nil && p.stray {
		n, err = p.primary.Wait(events, 0)
	}
	p.stray = false
	return n, err
}

func (p *Poll) secondaryNow(s *secondary, events []backend.Event) (int, error) {
	n, err := s.b.Wait(events, 0)
	if n == 0 && err == nil && s.stray {
		n, err = s.b.Wait(events, 0)
	}
	s.stray = false
	return p.deliver(s, events[:n], events[:n]), err
}

func (p *Poll) takePending(s *secondary, events []backend.Event) int {
	p.mu.Lock()
	found := p.pending
	p.pending = nil
	p.mu.Unlock()
	if len(found) == 0 {
		return 0
	}
	return p.deliver(s, events, found)
}

// deliver passes on what the secondary found, as far as its registrations still
// stand, and keeps what does not fit. events may be the same memory as found.
func (p *Poll) deliver(s *secondary, events, found []backend.Event) (n int) {
	if len(found) == 0 {
		return 0
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for i, ev := range found {
		if n == len(events) {
			p.pending = append(p.pending, found[i:]...)
			break
		}
		if !p.has(ev.Token) {
			continue
		}
		if ev.Ready&backend.ReadyClosed != 0 {
			p.tokens[ev.Token.Index()] = 0
			p.served.Add(-1)
		}
		if ready := ev.Ready & s.readiness; ready != 0 {
			events[n] = backend.Event{Token: ev.Token, Ready: ready}
			n++
		}
	}
	return n
}

func (p *Poll) keep(found []backend.Event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.pending = append(p.pending, found...)
}
