//go:build linux

package nest

import (
	"errors"
	"os"
	"sync"
	"time"
)

// Park is where one goroutine at a time waits for a descriptor. Notify may be called
// by anyone at any time until Close.
type Park struct {
	gate
	// look is the mechanism's, attempt is made once because a method value
	// would be allocated at every call, and failed is what opening the gate
	// failed with.
	look    func() bool
	attempt func(fd uintptr) bool
	failed  error

	// mu orders notifications against parking.
	mu       sync.Mutex
	notified bool
	parked   bool
	// timed says that the read deadline is not "none".
	timed bool
}

// past is any moment before now; a read deadline there ends a park at once.
var past = time.Unix(1, 0)

// New makes a place to wait for a descriptor, which stays the caller's. look fetches
// what there is, without blocking, and says whether that ends a wait.
func New(inner int, look func() bool) (*Park, error) {
	g, err := newGate(inner)
	if err != nil {
		return nil, err
	}
	p := &Park{gate: g, look: look}
	p.attempt = p.tryLook
	return p, nil
}

// Move puts another descriptor in the place of the old one, which may be closed
// then. Nobody may be waiting. After an error everything is as it was.
func (p *Park) Move(inner int) error {
	g, err := newGate(inner)
	if err != nil {
		return err
	}
	p.mu.Lock()
	old := p.gate
	p.gate, p.timed = g, false
	p.mu.Unlock()
	_ = old.close() // nobody needs it any more
	return nil
}

// Busy says that so many events were found without waiting, which shuts the gate. It is
// asked in every turn of a busy loop, which is away most of the time, and inlined.
func (p *Park) Busy(found int) {
	if !p.away {
		p.shut(found)
	}
}

// Ajar tells whether the gate is open, to the goroutine that waits.
func (p *Park) Ajar() bool { return p.ajar }

// Away tells whether the gate lets the descriptor alone, to the goroutine that waits.
func (p *Park) Away() bool { return p.away }

// tryLook is the function that the runtime calls back: true ends the wait.
func (p *Park) tryLook(uintptr) bool {
	if p.failed = p.open(); p.failed != nil {
		return true
	}
	return p.look()
}

// Wait parks until look finds something, a notification comes or the timeout, if it
// is positive, has passed. It begins with a look.
func (p *Park) Wait(timeout time.Duration) error {
	p.mu.Lock()
	if p.notified {
		p.notified = false
		p.mu.Unlock()
		return nil
	}
	if err := p.setDeadline(timeout); err != nil {
		p.mu.Unlock()
		return err
	}
	p.parked = true
	p.mu.Unlock()

	err := p.raw.Read(p.attempt)

	p.mu.Lock()
	p.parked, p.notified = false, false
	p.mu.Unlock()
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return nil
	case err == nil:
		return p.failed
	}
	return err
}

// setDeadline is called with mu held, and leaves the deadline alone if it is
// right already: the runtime takes a lock and maybe a timer to change it.
func (p *Park) setDeadline(timeout time.Duration) error {
	var at time.Time
	if timeout > 0 {
		at = time.Now().Add(timeout)
	} else if !p.timed {
		return nil
	}
	p.timed = timeout > 0
	return p.file.SetReadDeadline(at)
}

// Notify ends the wait in progress, or else the next one before it parks.
func (p *Park) Notify() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.notified = true
	if !p.parked {
		return nil // the next wait sees the flag
	}
	p.timed = true
	return p.file.SetReadDeadline(past)
}

// Close lets go of the descriptor, which stays open.
func (p *Park) Close() error { return p.close() }
