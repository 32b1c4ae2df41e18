//go:build !plan9

package kqueue

import (
	"errors"
	"fmt"
	"math"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/goetia-go/goetia/internal/backend"
	"github.com/goetia-go/goetia/internal/sys/kevent"
)

// Poll is a set of registrations in one kqueue.
type Poll struct {
	k      Kernel
	config Config

	// mu guards what follows.
	mu      sync.Mutex
	entries []entry
	// broken are those to report without the kernel's help.
	broken []backend.Token
	fetch  uint64
	// changes and outcome are scratch space.
	changes, outcome [2 * filters]kevent.Event

	// raw belongs to the goroutine inside Wait.
	raw []kevent.Event

	waits, changed, completions atomic.Uint64
}

var (
	_ backend.Backend = (*Poll)(nil)
	_ backend.Counter = (*Poll)(nil)
)

// New makes a mechanism over a kernel, which it closes in the end. The kernel wakes
// with the udata WakeUdata.
func New(k Kernel, config Config) *Poll { return &Poll{k: k, config: config} }

// WakeUdata is the udata of the event that Kernel.Wake causes.
const WakeUdata = wakeCookie

// Features implements backend.Backend.
func (p *Poll) Features() backend.Features {
	f := backend.Features{
		Modes:         backend.Modes(backend.Oneshot, backend.Level, backend.Edge, backend.EdgeOneshot),
		Interests:     backend.Readable | backend.Writable,
		Readiness:     ^(backend.ReadyClosed | backend.ReadyPriority),
		ForgetsClosed: true,
		Resolution:    time.Millisecond,
	}
	if p.config.Except {
		f.Interests |= backend.Priority
		f.Readiness |= backend.ReadyPriority
	}
	return f
}

// Add implements backend.Backend.
func (p *Poll) Add(h uintptr, tok, old backend.Token, in backend.Interest, mode backend.Mode) error {
	if h > math.MaxInt32 {
		return backend.ErrBadDescriptor
	}
	if err := p.k.Check(h); err != nil {
		return err
	}
	if _, ok := cookie(tok, p.config.Wide); !ok {
		return fmt.Errorf("%w: more than a million sources in one kqueue of a 32-bit system", backend.ErrUnsupported)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if e := p.find(old); old != 0 && e != nil {
		if err := p.probe(e); err == nil {
			return backend.ErrExists
		} else if !gone(err) {
			return err
		}
		p.forget(e)
	}
	for uint32(len(p.entries)) <= tok.Index() {
		p.entries = append(p.entries, entry{})
	}
	e := &p.entries[tok.Index()]
	*e = entry{token: tok, handle: h, interest: in, mode: mode, armed: true}
	if err := p.create(e); err != nil {
		*e = entry{}
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
	e.interest, e.mode, e.armed, e.broken = in, mode, true, false
	var err error
	if mode == backend.Edge || style(mode) != style(before.mode) {
		err = p.recreate(e)
	} else {
		err = p.rearm(e)
	}
	switch {
	case err == nil:
		return nil
	case gone(err):
		p.forget(e)
		if errors.Is(err, syscall.EBADF) {
			return fmt.Errorf("%w: %w", backend.ErrBadDescriptor, err)
		}
		return backend.ErrNotFound
	}
	e.interest, e.mode, e.armed, e.broken = before.interest, before.mode, before.armed, before.broken
	return errors.Join(err, p.restore(e))
}

// restore brings back what stood before a change that failed.
func (p *Poll) restore(e *entry) error {
	if !e.have.has(kevent.Read) {
		return p.create(e)
	}
	return p.rearm(e)
}

// Delete implements backend.Backend.
func (p *Poll) Delete(_ uintptr, tok backend.Token) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	e := p.find(tok)
	if e == nil {
		return nil
	}
	err := p.remove(e)
	p.forget(e)
	return err
}

func (p *Poll) find(tok backend.Token) *entry {
	i := tok.Index()
	if i >= uint32(len(p.entries)) || p.entries[i].token != tok || tok == 0 {
		return nil
	}
	return &p.entries[i]
}

func (p *Poll) forget(e *entry) { *e = entry{} }

// Notify implements backend.Backend.
func (p *Poll) Notify() error { return p.k.Wake() }

// Counters implements backend.Counter.
func (p *Poll) Counters() backend.Counters {
	return backend.Counters{Waits: p.waits.Load(), Changes: p.changed.Load(), Completions: p.completions.Load()}
}

// Close implements backend.Backend.
func (p *Poll) Close() error { return p.k.Close() }

// gone says that the kernel knows no such knote, or the descriptor is closed.
func gone(err error) bool { return errors.Is(err, syscall.ENOENT) || errors.Is(err, syscall.EBADF) }
