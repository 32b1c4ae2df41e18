//go:build linux

package uring

import (
	"errors"
	"fmt"
	"math"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/goetia-go/goetia/internal/backend"
	"github.com/goetia-go/goetia/internal/sys/nest"
	"github.com/goetia-go/goetia/internal/sys/uring"
	"golang.org/x/sys/unix"
)

// Poll is a ring, nested in the Go runtime's poller.
type Poll struct {
	kernel *uring.Ring
	park   *nest.Park

	// mu guards what follows.
	mu sync.Mutex
	machine
	// sleeping: a Wait has looked and found nothing, and will not look again by
	// itself.
	sleeping bool
	changes  uint64

	// What follows belongs to the goroutine inside Wait.
	events []backend.Event
	found  int
	failed error

	completions atomic.Uint64
}

// Features implements backend.Backend.
func (p *Poll) Features() backend.Features {
	return backend.Features{
		Modes:              backend.Modes(backend.Oneshot, backend.Level, backend.Edge, backend.EdgeOneshot),
		Interests:          backend.Readable | backend.Writable,
		Readiness:          ^(backend.ReadyClosed | backend.ReadyPriority),
		HoldsOpen:          true,
		ReportsUnconnected: true,
		// The Go runtime's timers.
		Resolution: time.Millisecond,
	}
}

// Add implements backend.Backend.
func (p *Poll) Add(h uintptr, tok, old backend.Token, in backend.Interest, mode backend.Mode) error {
	id, err := identify(h)
	if err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if e := p.find(old); old != 0 && e != nil {
		if e.id == id {
			return backend.ErrExists
		}
		p.forget(e)
	}
	e := p.add(tok, int32(h), id)
	p.arm(e, in, mode)
	if err := p.changed(); err != nil {
		p.forget(e)
		return err
	}
	return nil
}

// identify looks behind a number, and refuses what is always ready and blocks all
// the same.
func identify(h uintptr) (identity, error) {
	if h > math.MaxInt32 {
		return identity{}, backend.ErrBadDescriptor
	}
	var st unix.Stat_t
	if err := unix.Fstat(int(h), &st); err != nil {
		return identity{}, fmt.Errorf("%w: %w", backend.ErrBadDescriptor, os.NewSyscallError("fstat", err))
	}
	switch st.Mode & unix.S_IFMT {
	case unix.S_IFREG, unix.S_IFDIR, unix.S_IFBLK:
		return identity{}, backend.ErrNoReadiness
	}
	return identity{uint64(st.Dev), st.Ino}, nil
}

// Modify implements backend.Backend.
func (p *Poll) Modify(_ uintptr, tok backend.Token, in backend.Interest, mode backend.Mode) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	e := p.find(tok)
	if e == nil {
		return backend.ErrNotFound
	}
	p.arm(e, in, mode)
	return p.changed()
}

// Delete implements backend.Backend. The kernel keeps a file open that it polls, so
// it is told at once.
func (p *Poll) Delete(_ uintptr, tok backend.Token) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	e := p.find(tok)
	if e == nil || !p.forget(e) {
		return nil
	}
	return p.flushChanges()
}

// changed is called after a change, with mu held: whoever sleeps must be in for it.
func (p *Poll) changed() error {
	if !p.sleeping {
		return nil
	}
	return p.flushChanges()
}

// flushChanges is flush, and counts the calls, of which none may be needed.
func (p *Poll) flushChanges() error {
	before := p.enters
	err := p.flush()
	p.changes += p.enters - before
	return err
}

// Wait implements backend.Backend.
func (p *Poll) Wait(events []backend.Event, timeout time.Duration) (int, error) {
	p.events, p.found, p.failed = events, 0, nil
	p.mu.Lock()
	p.begin()
	p.mu.Unlock()
	if p.look() {
		p.park.Busy(p.found)
	} else {
		var err error
		if timeout != 0 {
			err = p.park.Wait(timeout)
		}
		p.awake()
		if err != nil {
			return 0, err
		}
	}
	p.events = nil
	if p.failed != nil && p.found == 0 {
		return 0, p.failed // else it comes again, and events do not
	}
	p.completions.Add(uint64(p.found))
	return p.found, nil
}

// awake: from now on changes can wait for the next Wait.
func (p *Poll) awake() {
	p.mu.Lock()
	p.sleeping = false
	p.mu.Unlock()
}

// look asks the kernel for what is to be asked, fetches what there is, without
// blocking, and says whether that ends a Wait.
func (p *Poll) look() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for {
		// Whoever is new must not starve behind answers that never end.
		settled := p.settled()
		if !settled {
			if _, err := p.submit(); err != nil {
				p.failed = err
				return true
			}
		}
		p.found = p.collect(p.events, p.found)
		if p.found == len(p.events) || settled && p.settled() {
			break
		}
	}
	p.sleeping = p.found == 0
	return p.found > 0
}

// Notify implements backend.Backend.
func (p *Poll) Notify() error { return p.park.Notify() }

// Counters implements backend.Counter.
func (p *Poll) Counters() backend.Counters {
	p.mu.Lock()
	defer p.mu.Unlock()
	return backend.Counters{
		Waits:       p.enters - p.changes,
		Changes:     p.changes,
		Completions: p.completions.Load(),
		Outstanding: p.outstanding,
	}
}

// patience bounds how long Close waits for answers, each of which needs only a
// thread that is not stuck in the kernel.
const patience = 5 * time.Second

// Close implements backend.Backend. The kernel would cancel what is outstanding by
// itself, but later, and keep the files open until then.
func (p *Poll) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	err := p.drain()
	return errors.Join(err, p.park.Close(), p.kernel.Close())
}

// drain withdraws all polls and waits for their last answers.
func (p *Poll) drain() error {
	for i := range p.entries {
		p.forget(&p.entries[i])
	}
	for deadline := time.Now().Add(patience); ; {
		if err := p.flush(); err != nil {
			return err
		}
		p.collect(nil, 0)
		if p.outstanding == 0 {
			return nil
		}
		if !time.Now().Before(deadline) {
			return fmt.Errorf("%d polls were not cancelled within %v", p.outstanding, patience)
		}
		if errno := p.kernel.Await(100 * time.Millisecond); errno != 0 && errno != unix.ETIME && errno != unix.EINTR {
			return os.NewSyscallError("io_uring_enter", errno)
		}
	}
}
