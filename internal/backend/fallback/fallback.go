package fallback

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/goetia-go/goetia/internal/backend"
)

// Poll is two mechanisms as one.
type Poll struct {
	primary backend.Backend
	open    func() (backend.Backend, error)

	second atomic.Pointer[secondary]
	// served is how many sources the secondary has.
	served   atomic.Int32
	notified atomic.Bool

	// mu guards what changes and Wait both use.
	mu sync.Mutex
	// tokens has, by index, the registrations that the secondary serves.
	tokens []backend.Token
	// pending are the secondary's events that did not fit.
	pending []backend.Event

	// What follows belongs to the goroutine inside Wait.

	// primaryLast changes with every look.
	primaryLast bool
	// stray: a notification of our own may still be in the primary.
	stray bool
	// held is an error that came beside events.
	held error
}

var (
	_ backend.Backend = (*Poll)(nil)
	_ backend.Counter = (*Poll)(nil)
)

// New joins primary with what openSecondary opens, if it is needed. The result
// owns both and closes them.
func New(primary backend.Backend, openSecondary func() (backend.Backend, error)) *Poll {
	return &Poll{primary: primary, open: openSecondary}
}

// Features implements backend.Backend.
func (p *Poll) Features() backend.Features { return p.primary.Features() }

// Add implements backend.Backend.
func (p *Poll) Add(h uintptr, tok, old backend.Token, in backend.Interest, mode backend.Mode) error {
	before := old
	if p.serves(old) {
		before = 0 // the primary does not know it
	}
	err := p.primary.Add(h, tok, before, in, mode)
	switch {
	case errors.Is(err, backend.ErrNoBaseSocket):
		return p.addSecond(h, tok, old, in, mode, err)
	case err == nil && before != old:
		// The primary cannot serve the same socket that it once refused: the
		// number has changed hands.
		return p.deleteSecond(h, old)
	}
	return err
}

func (p *Poll) addSecond(h uintptr, tok, old backend.Token, in backend.Interest, mode backend.Mode, refusal error) error {
	s, err := p.opened()
	if err != nil {
		return fmt.Errorf("%w, and the mechanism that could serve it cannot be opened: %w", refusal, err)
	}
	if err := s.refuse(in, mode); err != nil {
		return err
	}
	elsewhere := old != 0 && !p.serves(old)
	before := old
	if elsewhere {
		before = 0
	}
	// First the bookkeeping: an event may come before Add has returned.
	first := p.enter(tok)
	if err := s.b.Add(h, tok, before, in, mode); err != nil {
		p.forget(tok)
		return err
	}
	if elsewhere {
		// As above: the primary's socket is gone.
		err = p.primary.Delete(h, old)
	} else if old != 0 {
		p.forget(old)
	}
	if first {
		// A Wait in progress sleeps in the primary alone.
		err = errors.Join(err, p.primary.Notify())
	}
	return err
}

// enter counts a registration as the secondary's. It returns true if that has
// no other.
func (p *Poll) enter(tok backend.Token) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for uint32(len(p.tokens)) <= tok.Index() {
		p.tokens = append(p.tokens, 0)
	}
	p.tokens[tok.Index()] = tok
	return p.served.Add(1) == 1
}

// opened returns the secondary, opening it if need be.
func (p *Poll) opened() (*secondary, error) {
	if s := p.second.Load(); s != nil {
		return s, nil
	}
	b, err := p.open()
	if err != nil {
		return nil, err
	}
	s := newSecondary(b, p.primary)
	p.second.Store(s)
	return s, nil
}

// Modify implements backend.Backend.
func (p *Poll) Modify(h uintptr, tok backend.Token, in backend.Interest, mode backend.Mode) error {
	if !p.serves(tok) {
		return p.primary.Modify(h, tok, in, mode)
	}
	s := p.second.Load()
	if err := s.refuse(in, mode); err != nil {
		return err
	}
	err := s.b.Modify(h, tok, in, mode)
	if errors.Is(err, backend.ErrNotFound) || errors.Is(err, backend.ErrBadDescriptor) {
		p.forget(tok)
	}
	return err
}

// Delete implements backend.Backend.
func (p *Poll) Delete(h uintptr, tok backend.Token) error {
	if p.serves(tok) {
		return p.deleteSecond(h, tok)
	}
	return p.primary.Delete(h, tok)
}

func (p *Poll) deleteSecond(h uintptr, tok backend.Token) error {
	p.forget(tok)
	return p.second.Load().b.Delete(h, tok)
}

// serves says whether the secondary has a registration.
func (p *Poll) serves(tok backend.Token) bool {
	if p.served.Load() == 0 {
		return false // the usual case costs no lock
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.has(tok)
}

func (p *Poll) has(tok backend.Token) bool {
	i := tok.Index()
	return tok != 0 && i < uint32(len(p.tokens)) && p.tokens[i] == tok
}

// forget ends a registration with the secondary, and what was found of it.
func (p *Poll) forget(tok backend.Token) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.has(tok) {
		return
	}
	p.tokens[tok.Index()] = 0
	p.served.Add(-1)
	p.pending = slices.DeleteFunc(p.pending, func(ev backend.Event) bool { return ev.Token == tok })
}

// Notify implements backend.Backend. The flag is for a Wait that takes the
// primary's notification while it only looks.
func (p *Poll) Notify() error {
	p.notified.Store(true)
	return p.primary.Notify()
}

// Counters implements backend.Counter: the sum of both.
func (p *Poll) Counters() backend.Counters {
	var sum backend.Counters
	add := func(b backend.Backend) {
		if c, ok := b.(backend.Counter); ok {
			n := c.Counters()
			sum.Waits += n.Waits
			sum.Changes += n.Changes
			sum.Cancels += n.Cancels
			sum.Completions += n.Completions
			sum.Outstanding += n.Outstanding
		}
	}
	add(p.primary)
	if s := p.second.Load(); s != nil {
		add(s.b)
	}
	return sum
}

// Close implements backend.Backend.
func (p *Poll) Close() error {
	var err error
	if s := p.second.Load(); s != nil {
		err = s.close()
	}
	return errors.Join(err, p.primary.Close())
}

// Wait implements backend.Backend.
func (p *Poll) Wait(events []backend.Event, timeout time.Duration) (int, error) {
	s := p.second.Load()
	if s == nil || p.served.Load() == 0 {
		return p.primary.Wait(events, timeout)
	}
	defer p.notified.Store(false)
	n, err := p.look(s, events)
	if n > 0 || err != nil || timeout == 0 || p.notified.Load() {
		return n, err
	}
	s.fallAsleep(len(events))
	n, err = p.primary.Wait(events, timeout)
	found, err2 := s.wakeUp()
	if len(found) > 0 || err2 != nil {
		p.stray = true
	}
	if err != nil {
		p.keep(found)
		p.held = err2
		return 0, err
	}
	n += p.deliver(s, events[n:], found)
	return p.settle(n, err2)
}
