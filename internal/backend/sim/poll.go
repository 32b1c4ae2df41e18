package sim

import (
	"fmt"
	"sync/atomic"
	"time"

	"github.com/goetia-go/goetia/internal/backend"
)

// Config describes a backend. The zero value has every mode and interest, and
// forgets closed sources silently, as epoll does.
type Config struct {
	// Modes are those that are honoured, as in backend.Features; 0 means all.
	Modes uint8
	// ReportsClose: a Closed event tells that a registered source was closed.
	ReportsClose bool
	// Interests that can be asked for; 0 means all.
	Interests backend.Interest
}

// Poll is a backend over a Kernel.
type Poll struct {
	k      *Kernel
	config Config
	// wake has one place: something was queued, or a notification came.
	wake chan struct{}

	// The rest is guarded by k.mu.
	byToken  map[backend.Token]*registration
	byHandle map[uintptr]*registration
	// queue holds the registrations that may have something to report, in
	// the order in which they came to it.
	queue    []*registration
	notified bool
	closed   bool
	counters backend.Counters

	changing, waiting atomic.Bool
}

// registration is one source as one backend watches it.
type registration struct {
	p      *Poll
	s      *Source
	tok    backend.Token
	in     backend.Interest
	mode   backend.Mode
	armed  bool
	queued bool
	ended  bool
	// activity is what happened since the last report; edge-triggered
	// registrations have something to report only if there was any.
	activity backend.Readiness
}

var (
	_ backend.Backend = (*Poll)(nil)
	_ backend.Counter = (*Poll)(nil)
)

// Open makes a backend that watches sources of k.
func (k *Kernel) Open(config Config) *Poll {
	if config.Modes == 0 {
		config.Modes = backend.Modes(backend.Oneshot, backend.Level, backend.Edge, backend.EdgeOneshot)
	}
	if config.Interests == 0 {
		config.Interests = backend.AllInterests
	}
	return &Poll{
		k:        k,
		config:   config,
		wake:     make(chan struct{}, 1),
		byToken:  make(map[backend.Token]*registration),
		byHandle: make(map[uintptr]*registration),
	}
}

// Features implements backend.Backend.
func (p *Poll) Features() backend.Features {
	f := backend.Features{
		Modes:              p.config.Modes,
		Interests:          p.config.Interests,
		Readiness:          ^backend.ReadyClosed,
		ReportsClose:       p.config.ReportsClose,
		ForgetsClosed:      true,
		ExactConnectFailed: true,
		Resolution:         time.Millisecond,
	}
	if f.ReportsClose {
		f.Readiness |= backend.ReadyClosed
	}
	return f
}

// change holds the caller to the rule that changes do not overlap; the function
// that it returns ends the change.
func (p *Poll) change(call string) func() {
	if !p.changing.CompareAndSwap(false, true) {
		panic("sim: " + call + " while another change is in progress")
	}
	p.k.mu.Lock()
	end := func() {
		p.k.mu.Unlock()
		p.changing.Store(false)
	}
	if p.closed {
		defer end()
	}
	p.mustBeOpen(call)
	p.counters.Changes++
	return end
}

func (p *Poll) mustBeOpen(call string) {
	if p.closed {
		panic("sim: " + call + " after Close")
	}
}

// Add implements backend.Backend.
func (p *Poll) Add(h uintptr, tok, old backend.Token, in backend.Interest, mode backend.Mode) error {
	defer p.change("Add")()
	if tok == 0 || tok == backend.WakeToken || tok.Generation() == 0 {
		panic(fmt.Sprintf("sim: Add with the invalid token %#x", tok))
	}
	if p.byToken[tok] != nil {
		panic(fmt.Sprintf("sim: Add with token %#x, which is in use", tok))
	}
	if err := p.refuse(in, mode); err != nil {
		return err
	}
	s := p.k.lookup(h)
	if s == nil {
		return backend.ErrBadDescriptor
	}
	if r := p.byHandle[h]; r != nil {
		if r.tok != old {
			panic(fmt.Sprintf("sim: Add over token %#x, and the caller thinks it is %#x", r.tok, old))
		}
		if r.s == s {
			return backend.ErrExists
		}
		p.forget(r)
	}
	r := &registration{p: p, s: s, tok: tok}
	p.byToken[tok], p.byHandle[h] = r, r
	s.watch = append(s.watch, r)
	r.arm(in, mode)
	return nil
}

// Modify implements backend.Backend.
func (p *Poll) Modify(h uintptr, tok backend.Token, in backend.Interest, mode backend.Mode) error {
	defer p.change("Modify")()
	if err := p.refuse(in, mode); err != nil {
		return err
	}
	r := p.registered(h, tok, "Modify")
	if r == nil {
		return backend.ErrNotFound
	}
	if !r.s.open {
		p.forget(r)
		return backend.ErrNotFound
	}
	r.arm(in, mode)
	return nil
}

// Delete implements backend.Backend.
func (p *Poll) Delete(h uintptr, tok backend.Token) error {
	defer p.change("Delete")()
	if r := p.registered(h, tok, "Delete"); r != nil {
		p.forget(r)
	}
	return nil
}

// registered returns the registration that the caller means; nil if its source
// was closed and the registration ended with it.
func (p *Poll) registered(h uintptr, tok backend.Token, call string) *registration {
	r := p.byHandle[h]
	if r != nil && r.tok != tok || p.byToken[tok] != r {
		panic(fmt.Sprintf("sim: %s of number %d with token %#x, which is not its own", call, h, tok))
	}
	return r
}

func (p *Poll) refuse(in backend.Interest, mode backend.Mode) error {
	if !p.Features().Supports(mode) || in&^p.config.Interests != 0 {
		return fmt.Errorf("sim: interest %d in mode %d: %w", in, mode, backend.ErrUnsupported)
	}
	return nil
}

// forget ends a registration.
func (p *Poll) forget(r *registration) {
	r.ended = true
	delete(p.byToken, r.tok)
	if p.byHandle[r.s.h] == r {
		delete(p.byHandle, r.s.h)
	}
	for i, other := range r.s.watch {
		if other == r {
			r.s.watch = append(r.s.watch[:i:i], r.s.watch[i+1:]...)
			break
		}
	}
}

func (r *registration) arm(in backend.Interest, mode backend.Mode) {
	r.in, r.mode, r.armed = in, mode, true
	r.activity = r.s.state
	r.consider()
}

// consider queues the registration if it has something to report.
func (r *registration) consider() {
	if r.queued || r.ready() == 0 {
		return
	}
	r.queued = true
	r.p.queue = append(r.p.queue, r)
	r.p.nudge()
}

// ready is what there is to report.
func (r *registration) ready() backend.Readiness {
	switch {
	case r.ended || !r.armed:
		return 0
	case !r.s.open:
		return backend.ReadyClosed
	}
	if r.mode == backend.Edge || r.mode == backend.EdgeOneshot {
		if r.activity.Mask(r.in) == 0 {
			return 0
		}
	}
	return r.s.state.Mask(r.in)
}

func (p *Poll) nudge() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// Wait implements backend.Backend.
func (p *Poll) Wait(events []backend.Event, timeout time.Duration) (int, error) {
	if !p.waiting.CompareAndSwap(false, true) {
		panic("sim: Wait while another Wait is in progress")
	}
	defer p.waiting.Store(false)
	if len(events) == 0 {
		panic("sim: Wait without room")
	}
	var expired <-chan time.Time
	if timeout > 0 {
		timer := time.NewTimer(timeout)
		defer timer.Stop()
		expired = timer.C
	}
	for {
		if n, done := p.harvest(events); n > 0 || done || timeout == 0 {
			return n, nil
		}
		select {
		case <-p.wake:
		case <-expired:
			return 0, nil
		}
	}
}

// harvest takes events from the queue; done says that a notification ends the
// Wait.
func (p *Poll) harvest(events []backend.Event) (n int, done bool) {
	p.k.mu.Lock()
	defer p.k.mu.Unlock()
	p.mustBeOpen("Wait")
	p.counters.Waits++
	done, p.notified = p.notified, false
	// Level-triggered registrations go to the end of the queue for the next
	// Wait, so each appears once in a batch and all get their turn.
	for left := len(p.queue); left > 0 && n < len(events); left-- {
		r := p.queue[0]
		p.queue = p.queue[1:]
		r.queued = false
		ready := r.ready()
		if ready == 0 {
			continue
		}
		events[n] = backend.Event{Token: r.tok, Ready: ready}
		n++
		r.activity = 0
		switch {
		case ready == backend.ReadyClosed:
			p.forget(r)
		case r.mode.IsOneshot():
			r.armed = false
		case r.mode == backend.Level:
			r.consider()
		}
	}
	p.counters.Completions += uint64(n)
	return n, done
}

// Notify implements backend.Backend.
func (p *Poll) Notify() error {
	p.k.mu.Lock()
	defer p.k.mu.Unlock()
	p.mustBeOpen("Notify")
	p.notified = true
	p.nudge()
	return nil
}

// Counters implements backend.Counter.
func (p *Poll) Counters() backend.Counters {
	p.k.mu.Lock()
	defer p.k.mu.Unlock()
	return p.counters
}

// Close implements backend.Backend.
func (p *Poll) Close() error {
	p.k.mu.Lock()
	defer p.k.mu.Unlock()
	p.mustBeOpen("Close")
	if p.waiting.Load() || p.changing.Load() {
		panic("sim: Close while a call is in progress")
	}
	p.closed = true
	for _, r := range p.byToken {
		p.forget(r)
	}
	p.queue = nil
	return nil
}
