//go:build !plan9

package evporttest

import (
	"sync"
	"syscall"
	"time"

	"github.com/goetia-go/goetia/internal/backend"
	mechanism "github.com/goetia-go/goetia/internal/backend/evport"
	"github.com/goetia-go/goetia/internal/sys/evport"
)

// World is what the model watches descriptors with.
type World struct {
	// Backend watches the same descriptors, for the model alone.
	Backend backend.Backend
	// File tells what a number names now, or nil: a comparable value that changes
	// when the number is closed and used again.
	File func(fd uintptr) any
	// Identify is the mechanism's kernel's.
	Identify func(fd uintptr) (mechanism.Identity, error)
}

// Port is a model of one event port.
type Port struct {
	w World

	mu sync.Mutex
	// byFD are the associations, byToken finds them by what the mechanism reports.
	byFD    map[uintptr]*association
	byToken map[backend.Token]*association
	uses    uint32
	sent    int
	fetches int

	// found belongs to the goroutine inside Fetch.
	found []backend.Event
}

type association struct {
	fd    uintptr
	what  any
	token backend.Token
	user  uint64
}

// New makes a model, which closes the world's mechanism in the end.
func New(w World) *Port {
	return &Port{w: w, byFD: map[uintptr]*association{}, byToken: map[backend.Token]*association{}}
}

// Identify implements the mechanism's kernel.
func (p *Port) Identify(fd uintptr) (mechanism.Identity, error) { return p.w.Identify(fd) }

// Associate is port_associate(3C).
func (p *Port) Associate(fd uintptr, events int, user uint64) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	what := p.w.File(fd)
	if what == nil {
		return syscall.EBADF
	}
	if a := p.byFD[fd]; a != nil {
		p.drop(a)
	}
	p.uses++
	a := &association{fd, what, backend.MakeToken(p.uses, 1), user}
	var in backend.Interest
	for _, b := range bits {
		if events&b.bit != 0 {
			in |= b.interest
		}
	}
	if err := p.w.Backend.Add(fd, a.token, 0, in, backend.Oneshot); err != nil {
		return err
	}
	p.byFD[fd], p.byToken[a.token] = a, a
	return nil
}

var bits = []struct {
	bit      int
	interest backend.Interest
	ready    backend.Readiness
}{
	{mechanism.PollIn, backend.Readable, backend.ReadyReadable},
	{mechanism.PollOut, backend.Writable, backend.ReadyWritable},
	{mechanism.PollPri, backend.Priority, backend.ReadyPriority},
	{mechanism.PollRdHup, backend.Readable, backend.ReadyReadClosed},
	{mechanism.PollHup, 0, backend.ReadyHangUp},
	{mechanism.PollErr, 0, backend.ReadyError},
}

// drop ends an association.
func (p *Port) drop(a *association) {
	delete(p.byFD, a.fd)
	delete(p.byToken, a.token)
	_ = p.w.Backend.Delete(a.fd, a.token)
}

// Dissociate is port_dissociate(3C).
func (p *Port) Dissociate(fd uintptr) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch what := p.w.File(fd); {
	case what == nil:
		return syscall.EBADF
	case p.byFD[fd] == nil || p.byFD[fd].what != what:
		return syscall.ENOENT
	}
	p.drop(p.byFD[fd])
	return nil
}

// Wake is port_send(3C).
func (p *Port) Wake() error {
	p.mu.Lock()
	p.sent++
	p.mu.Unlock()
	return p.w.Backend.Notify()
}

// Fetch is port_getn(3C) for one event at least.
func (p *Port) Fetch(events []evport.Event, timeout time.Duration) (int, error) {
	if len(p.found) < len(events) {
		p.found = make([]backend.Event, len(events))
	}
	deadline := time.Now().Add(timeout)
	for {
		left := timeout
		if timeout > 0 {
			left = max(time.Until(deadline), 0)
		}
		n := p.takeSent(events)
		if n > 0 {
			left = 0
		}
		if n < len(events) {
			k, err := p.w.Backend.Wait(p.found[:len(events)-n], left)
			if err != nil {
				return n, err
			}
			n += p.deliver(events[n:], p.found[:k])
		}
		if n > 0 {
			return n, p.trouble()
		}
		if timeout >= 0 && !time.Now().Before(deadline) {
			return 0, evport.TimedOut
		}
	}
}

// takeSent delivers what was sent.
func (p *Port) takeSent(events []evport.Event) (n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for ; p.sent > 0 && n < len(events); n++ {
		p.sent--
		events[n] = evport.Event{Source: evport.User, Events: 1}
	}
	return n
}

// deliver dissolves the associations that have an event.
func (p *Port) deliver(events []evport.Event, found []backend.Event) (n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, ev := range found {
		a := p.byToken[ev.Token]
		if a == nil {
			continue
		}
		p.drop(a)
		if p.w.File(a.fd) != a.what {
			continue // the association went with its file
		}
		out := evport.Event{Source: evport.FD, Object: a.fd, User: a.user}
		for _, b := range bits {
			if ev.Ready&b.ready != 0 {
				out.Events |= int32(b.bit)
			}
		}
		events[n] = out
		n++
	}
	return n
}

// trouble is what a fetch that found something fails with.
func (p *Port) trouble() error {
	p.fetches++
	switch p.fetches % 4 {
	case 1:
		return syscall.EINTR
	case 3:
		return evport.TimedOut
	}
	return nil
}

// Close ends the port and its associations.
func (p *Port) Close() error { return p.w.Backend.Close() }
