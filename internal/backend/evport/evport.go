//go:build !plan9

package evport

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/goetia-go/goetia/internal/backend"
	"github.com/goetia-go/goetia/internal/sys/evport"
)

// Kernel is an event port and what stands around it. Fetch is called by one goroutine
// at a time, the others by anyone.
type Kernel interface {
	// Identify looks behind a number. It fails for what is not open, and for what
	// has no readiness.
	Identify(fd uintptr) (Identity, error)
	// Associate, Dissociate and Fetch are those of evport.Port.
	Associate(fd uintptr, events int, user uint64) error
	Dissociate(fd uintptr) error
	Fetch(events []evport.Event, timeout time.Duration) (int, error)
	// Wake makes Fetch return an event of the source User.
	Wake() error
	Close() error
}

// Identity tells files apart, as far as the system numbers them.
type Identity struct{ Dev, Ino uint64 }

// Poll is a set of registrations with one port.
type Poll struct {
	k      Kernel
	config Config

	// mu guards what follows.
	mu      sync.Mutex
	entries []entry
	// again are the indices of those that the last Wait reported, in level mode.
	again []uint32

	// raw belongs to the goroutine inside Wait.
	raw []evport.Event

	waits, changes, completions atomic.Uint64
}

// entry is one registration. Entries are indexed by their token's index.
type entry struct {
	token    backend.Token
	handle   uintptr
	id       Identity
	interest backend.Interest
	mode     backend.Mode
	// armed is false once a oneshot registration has reported.
	armed bool
	// associated: the kernel holds the association with turn, or its event.
	associated bool
	// turn outlives the registration, so that no two associations of one index
	// are confused.
	turn uint32
}

var (
	_ backend.Backend = (*Poll)(nil)
	_ backend.Counter = (*Poll)(nil)
)

// New makes a mechanism over a kernel, which it closes in the end.
func New(k Kernel, config Config) *Poll { return &Poll{k: k, config: config} }

// Features implements backend.Backend.
func (p *Poll) Features() backend.Features {
	return backend.Features{
		Modes:      backend.Modes(backend.Oneshot, backend.Level, backend.EdgeOneshot),
		Interests:  backend.AllInterests,
		Readiness:  ^backend.ReadyClosed,
		Resolution: 10 * time.Millisecond, // the clock tick of port_getn
	}
}

// Add implements backend.Backend.
func (p *Poll) Add(h uintptr, tok, old backend.Token, in backend.Interest, mode backend.Mode) error {
	if err := refuse(mode); err != nil {
		return err
	}
	id, err := p.k.Identify(h)
	if err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if e := p.find(old); old != 0 && e != nil {
		if e.id == id {
			return backend.ErrExists
		}
		forget(e) // its association went with its file
	}
	for uint32(len(p.entries)) <= tok.Index() {
		p.entries = append(p.entries, entry{})
	}
	e := &p.entries[tok.Index()]
	*e = entry{token: tok, handle: h, id: id, interest: in, mode: mode, armed: true, turn: e.turn}
	if err := p.associate(e); err != nil {
		forget(e)
		return err
	}
	return nil
}

func refuse(mode backend.Mode) error {
	if mode == backend.Edge {
		return fmt.Errorf("%w: an event port looks at what is the case, not at what has changed", backend.ErrUnsupported)
	}
	return nil
}

// Modify implements backend.Backend.
func (p *Poll) Modify(_ uintptr, tok backend.Token, in backend.Interest, mode backend.Mode) error {
	if err := refuse(mode); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	e := p.find(tok)
	if e == nil {
		return backend.ErrNotFound
	}
	if err := p.stands(e); err != nil {
		forget(e)
		return err
	}
	before := *e
	e.interest, e.mode, e.armed = in, mode, true
	err := p.associate(e)
	if err != nil {
		turn := e.turn
		*e = before
		e.turn, e.associated = turn, false
		if before.associated {
			err = errors.Join(err, p.associate(e))
		}
	}
	return err
}

// stands says that the registration's number is still its file's.
func (p *Poll) stands(e *entry) error {
	id, err := p.k.Identify(e.handle)
	if err != nil {
		return err
	}
	if id != e.id {
		return backend.ErrNotFound
	}
	return nil
}

// associate asks the kernel what interest says; nothing means to let go.
func (p *Poll) associate(e *entry) error {
	if e.interest == 0 {
		return p.dissociate(e)
	}
	p.changes.Add(1)
	e.turn++
	if err := p.k.Associate(e.handle, p.config.encode(e.interest), cookie(e.token.Index(), e.turn)); err != nil {
		return callError("port_associate", err)
	}
	e.associated = true
	return nil
}

func (p *Poll) dissociate(e *entry) error {
	if !e.associated {
		return nil
	}
	e.associated = false
	p.changes.Add(1)
	err := p.k.Dissociate(e.handle)
	if errors.Is(err, syscall.ENOENT) || errors.Is(err, syscall.EBADF) {
		return nil // its event is on the way, or it was closed
	}
	return callError("port_dissociate", err)
}

// Delete implements backend.Backend.
func (p *Poll) Delete(_ uintptr, tok backend.Token) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	e := p.find(tok)
	if e == nil {
		return nil
	}
	var err error
	if e.associated && p.stands(e) == nil {
		err = p.dissociate(e)
	}
	forget(e)
	return err
}

func (p *Poll) find(tok backend.Token) *entry {
	i := tok.Index()
	if i >= uint32(len(p.entries)) || p.entries[i].token != tok || tok == 0 {
		return nil
	}
	return &p.entries[i]
}

func forget(e *entry) { *e = entry{turn: e.turn} }

// Notify implements backend.Backend.
func (p *Poll) Notify() error { return p.k.Wake() }

// Counters implements backend.Counter.
func (p *Poll) Counters() backend.Counters {
	return backend.Counters{Waits: p.waits.Load(), Changes: p.changes.Load(), Completions: p.completions.Load()}
}

// Close implements backend.Backend.
func (p *Poll) Close() error { return p.k.Close() }

// cookie joins an index and the number of an arming.
func cookie(index, turn uint32) uint64 { return uint64(turn)<<32 | uint64(index) }

func callError(call string, err error) error {
	if err == nil {
		return nil
	}
	err = os.NewSyscallError(call, err)
	if errors.Is(err, syscall.EBADF) {
		return fmt.Errorf("%w: %w", backend.ErrBadDescriptor, err)
	}
	return err
}
