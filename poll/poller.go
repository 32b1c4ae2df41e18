package poll

import (
	"errors"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/goetia-go/goetia/internal/backend"
)

// Poller waits for many sources at once. Make one with [New], and end it with
// Close; one that is forgotten keeps its kernel objects and memory. All methods
// are safe for concurrent use. The zero Poller behaves like a closed one.
type Poller struct {
	// What every Wait asks for comes first, and fills one cache line.
	b backend.Backend
	// notified coalesces notifications: it is set from the first Notify until
	// a Wait is about to return.
	notified atomic.Bool
	closed   atomic.Bool
	lead     lead
	// raw is the leader's.
	raw []backend.Event

	// mu guards the table and serialises Add, Modify and Delete.
	mu     sync.Mutex
	counts counts
	table  table
	ghosts ghosts
	// haunted: the mechanism could not be rebuilt, so its next empty answer is
	// not to be followed by another question at once.
	haunted bool

	// extras are the registrations of things, by their index in the table.
	extras map[uint32]*extra
	posts  posts

	mechanism Mechanism
	features  Features
	supported backend.Features

	// notifiers are those inside Notify, which needs no lock and no lead.
	notifiers atomic.Int32
	// left has one place; a notifier that leaves a closed Poller fills it.
	left chan struct{}
	// gone is closed when Close has finished.
	gone chan struct{}
}

// Option configures [New].
type Option func(*options)

type options struct{ mechanism Mechanism }

// WithMechanism asks for one mechanism. If it cannot be had, New fails; it never
// takes another one instead. The empty name leaves the choice to New.
func WithMechanism(m Mechanism) Option {
	return func(o *options) { o.mechanism = m }
}

// forced is what New takes where no mechanism is asked for, if it is not empty. Tests
// set it.
var forced Mechanism

// New opens a Poller. Without options it takes the best mechanism that can be
// had, trying those of [Mechanisms] in order but for those that want to be asked
// for by name ([SockNotify]); if none can, the error joins all their refusals. An unknown mechanism gives an error that wraps
// [ErrUnsupported].
func New(opts ...Option) (*Poller, error) {
	var o options
	for _, opt := range opts {
		if opt != nil {
			opt(&o)
		}
	}
	if o.mechanism == "" {
		o.mechanism = forced
	}
	name, b, err := open(candidates(), o.mechanism)
	if err != nil {
		return nil, err
	}
	return newPoller(name, b), nil
}

func newPoller(name Mechanism, b backend.Backend) *Poller {
	return &Poller{
		b:         b,
		mechanism: name,
		features:  publicFeatures(b.Features(), runtime.GOOS),
		supported: b.Features(),
		lead:      newLead(),
		left:      make(chan struct{}, 1),
		gone:      make(chan struct{}),
	}
}

// Mechanism is the one that this Poller uses.
func (p *Poller) Mechanism() Mechanism { return p.mechanism }

// Features describes what this Poller can do.
func (p *Poller) Features() Features {
	f := p.features
	f.Modes = slices.Clone(f.Modes)
	f.Extras = slices.Clone(f.Extras)
	return f
}

// Notify makes one Wait return: one in progress, or else the next to begin. It
// returns 0 events and no error if there is nothing else to report.
// Notifications that arrive before a Wait has returned are one. Whatever the
// caller did before Notify is visible to whoever returns from that Wait.
func (p *Poller) Notify() error {
	if !p.enter() {
		return ErrClosed
	}
	defer p.leave()
	// A swap, not a compare: also the Notify that finds the flag set must
	// write, so that the waiter who clears it sees what this caller did.
	if p.notified.Swap(true) {
		return nil
	}
	p.counts.notifies.Add(1)
	err := p.b.Notify()
	if err != nil {
		// Nobody will answer, so the next one must try again.
		p.notified.Store(false)
	}
	return err
}

// Close ends the Poller: waits in progress return [ErrClosed], registrations are
// forgotten, and every kernel object is released before it returns. Sources
// stay open. Calls after the first wait for it and return nil.
func (p *Poller) Close() error {
	if p.b == nil {
		return nil
	}
	if p.closed.Swap(true) {
		<-p.gone
		return nil
	}
	defer close(p.gone)
	// Whoever has the lead is alone in the mechanism. Followers that get it
	// first, and those that get it afterwards, find the Poller closed and leave.
	// Should the mechanism be unable to notify, the leader's own events and
	// timeouts must do.
	p.lead.take(func() { _ = p.b.Notify() })
	defer p.lead.release()
	for p.notifiers.Load() > 0 {
		<-p.left
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.table = table{}
	return errors.Join(p.b.Close(), p.closeExtras())
}

// enter counts a notifier in, unless the Poller is closed. Count first, look
// second: Close looks in the opposite order.
func (p *Poller) enter() bool {
	if p.b == nil {
		return false
	}
	p.notifiers.Add(1)
	if p.closed.Load() {
		p.leave()
		return false
	}
	return true
}

func (p *Poller) leave() {
	p.notifiers.Add(-1)
	if p.closed.Load() {
		select {
		case p.left <- struct{}{}:
		default:
		}
	}
}
