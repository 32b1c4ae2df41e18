package socknotify

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/goetia-go/goetia/internal/backend"
	"github.com/goetia-go/goetia/internal/sys/iocp"
	"github.com/goetia-go/goetia/internal/sys/socknotify"
)

// Poll is a set of registrations on one completion port.
type Poll struct {
	k      Kernel
	config Config
	keys   keys

	// mu guards what follows. It is not held while the kernel makes a Wait wait.
	mu      sync.Mutex
	entries []entry
	// ready are those with something to report; arming those to be enabled before
	// the next packets are taken.
	ready, arming []uint32
	removals      removals
	// vacating is the socket that is being added.
	vacating uintptr
	// batch is scratch space.
	batch []socknotify.Registration

	// inside says that a Wait is dequeuing; woken that it was sent a packet because
	// of something found without one.
	inside, woken bool
	// settling keeps the next Wait out of the port. owed says that a wake packet was
	// taken for which no Wait has returned yet. Changes of inside and settling are
	// announced on turned.
	settling, owed bool
	turned         sync.Cond

	// raw belongs to whoever is dequeuing.
	raw []iocp.Entry

	waits, changed, completions atomic.Uint64
	outstanding                 atomic.Int64
}

var (
	_ backend.Backend = (*Poll)(nil)
	_ backend.Counter = (*Poll)(nil)
)

// New makes a mechanism over a kernel, which it closes in the end.
func New(k Kernel, config Config) *Poll {
	p := &Poll{k: k, config: config, keys: keys{config.Wide}}
	p.turned.L = &p.mu
	return p
}

// Features implements backend.Backend.
func (p *Poll) Features() backend.Features {
	f := backend.Features{
		Modes:         backend.Modes(backend.Oneshot, backend.Level, backend.EdgeOneshot),
		Interests:     backend.Readable | backend.Writable,
		Readiness:     ^(backend.ReadyClosed | backend.ReadyPriority),
		ForgetsClosed: p.config.KeepsKey,
		SocketsOnly:   true,
		Exclusive:     true,
		Resolution:    16 * time.Millisecond,
	}
	if p.config.Edge {
		f.Modes |= backend.Modes(backend.Edge)
	}
	if p.config.Precise {
		f.Resolution = time.Millisecond
	}
	return f
}

// Add implements backend.Backend.
func (p *Poll) Add(h uintptr, tok, old backend.Token, in backend.Interest, mode backend.Mode) error {
	socket, err := p.k.Base(h)
	if err != nil {
		return err
	}
	if _, ok := p.keys.of(tok); !ok {
		return fmt.Errorf("%w: more than half a million sources on one port of a 32-bit system", backend.ErrUnsupported)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.vacate(socket); err != nil {
		return err
	}
	if e := p.find(old); e != nil {
		p.forget(e) // its socket was closed, or vacate would have met it
	}
	for uint32(len(p.entries)) <= tok.Index() {
		p.entries = append(p.entries, entry{})
	}
	e := &p.entries[tok.Index()]
	*e = entry{token: tok, socket: socket, interest: in, mode: mode, armed: in != 0, gone: true}
	if err := p.create(e); err != nil {
		p.forget(e)
		return err
	}
	return nil
}

// Modify implements backend.Backend.
func (p *Poll) Modify(_ uintptr, tok backend.Token, in backend.Interest, mode backend.Mode) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	e := p.find(tok)
	if e == nil {
		return backend.ErrNotFound
	}
	before := *e
	e.interest, e.mode, e.armed = in, mode, in != 0
	if e.edge() {
		return p.recreate(e, before)
	}
	if r := p.enable(e); r != socknotify.Success {
		if r.NotSocket() {
			p.forget(e)
			return fmt.Errorf("%w: %w", backend.ErrBadDescriptor, r.Err())
		}
		e.interest, e.mode, e.armed = before.interest, before.mode, before.armed
		return r.Err()
	}
	// What was found is of another time, and what was to be enabled has been.
	e.found, e.arming = 0, false
	return nil
}

// Delete implements backend.Backend.
func (p *Poll) Delete(_ uintptr, tok backend.Token) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	e := p.find(tok)
	if e == nil {
		return nil
	}
	err := p.withdraw(e)
	p.forget(e)
	if p.removals.len() > maxRemovals && !p.inside {
		err = errors.Join(err, p.reap(0))
	}
	return err
}

// Notify implements backend.Backend.
func (p *Poll) Notify() error { return p.k.Wake() }

// Counters implements backend.Counter.
func (p *Poll) Counters() backend.Counters {
	return backend.Counters{
		Waits: p.waits.Load(), Changes: p.changed.Load(),
		Completions: p.completions.Load(), Outstanding: p.outstanding.Load(),
	}
}
