//go:build unix

package pollfd

import (
	"fmt"
	"math"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/goetia-go/goetia/internal/backend"
	"github.com/goetia-go/goetia/internal/sys/wake"
	"golang.org/x/sys/unix"
)

// Poll is a set of descriptors for poll(2).
type Poll struct {
	waker *wake.Waker

	// kernel is the copy that the goroutine inside Wait gives to the kernel:
	// the wake-up descriptor and then the set.
	kernel []pollFD

	// mu guards what follows.
	mu  sync.Mutex
	set set
	// sleeping: a Wait is in the kernel, or about to be, with a copy made when
	// set.changed was seen. woken: its wake-up descriptor is readable.
	sleeping, woken bool
	seen            uint64
	notified        bool

	waits, completions atomic.Uint64
}

// Open makes an empty set.
func Open() (*Poll, error) {
	waker, err := wake.Open()
	if err != nil {
		return nil, err
	}
	return &Poll{
		waker: waker,
		set:   set{dialect: dialectOf(runtime.GOOS), identify: identify},
	}, nil
}

// Features implements backend.Backend.
func (p *Poll) Features() backend.Features {
	return backend.Features{
		Modes:              backend.Modes(backend.Oneshot, backend.Level, backend.EdgeOneshot),
		Interests:          backend.AllInterests,
		Readiness:          p.set.reports,
		ForgetsClosed:      p.set.inodes,
		ReportsUnconnected: p.set.unconnected,
		Linear:             true,
		Resolution:         resolution,
	}
}

// Add implements backend.Backend.
func (p *Poll) Add(h uintptr, tok, old backend.Token, in backend.Interest, mode backend.Mode) error {
	if err := p.refuse(mode); err != nil {
		return err
	}
	if h > math.MaxInt32 {
		return errBadDescriptor
	}
	id, open := identify(int32(h))
	if !open {
		return errBadDescriptor
	}
	if err := p.unpollable(id); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if pos := p.set.find(old); old != 0 && pos >= 0 {
		if p.set.entries[pos].id == id {
			return backend.ErrExists
		}
		p.set.remove(pos)
	}
	p.set.add(tok, int32(h), id, in, mode)
	if in == 0 {
		return nil
	}
	return p.wake()
}

// unpollable says why a kind of file has no readiness.
func (p *Poll) unpollable(id identity) error {
	switch id.kind {
	case unix.S_IFREG, unix.S_IFDIR, unix.S_IFBLK:
		return backend.ErrNoReadiness
	case unix.S_IFCHR:
		if p.set.noDevices {
			return fmt.Errorf("%w: poll on %s cannot serve devices", backend.ErrUnsupported, runtime.GOOS)
		}
	}
	return nil
}

// Modify implements backend.Backend. It looks behind the number, so that a
// closed descriptor is noticed here as epoll_ctl notices it.
func (p *Poll) Modify(h uintptr, tok backend.Token, in backend.Interest, mode backend.Mode) error {
	if err := p.refuse(mode); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	pos := p.set.find(tok)
	if pos < 0 {
		return backend.ErrNotFound
	}
	id, open := identify(p.set.entries[pos].fd)
	switch {
	case !open:
		p.set.remove(pos)
		return errBadDescriptor
	case id != p.set.entries[pos].id:
		p.set.remove(pos)
		return backend.ErrNotFound
	}
	watched, covered := p.set.armed(pos), p.set.covers(pos, in, p.seen)
	p.set.arm(pos, in, mode)
	if in == 0 && !watched || in != 0 && covered {
		return nil
	}
	return p.wake()
}

// Delete implements backend.Backend. A descriptor that is being polled stays
// open in the kernel after close(2), so the sleeper must let go of it.
func (p *Poll) Delete(_ uintptr, tok backend.Token) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	pos := p.set.find(tok)
	if pos < 0 {
		return nil // its descriptor was found closed
	}
	watched := p.set.armed(pos)
	p.set.remove(pos)
	if !watched {
		return nil
	}
	return p.wake()
}

func (p *Poll) refuse(mode backend.Mode) error {
	if mode == backend.Edge {
		return fmt.Errorf("%w: poll is level-triggered", backend.ErrUnsupported)
	}
	return nil
}

// Wait implements backend.Backend.
func (p *Poll) Wait(events []backend.Event, timeout time.Duration) (int, error) {
	fds := p.fallAsleep(&timeout)
	var ready int
	var errno unix.Errno
	if len(fds) > 0 {
		p.waits.Add(1)
		ready, errno = poll(fds, timeout)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.wakeUp(); err != nil {
		return 0, err
	}
	if errno != 0 {
		if errno == unix.EINTR {
			return 0, nil
		}
		return 0, os.NewSyscallError("poll", errno)
	}
	if timeout != 0 {
		if fds[0].revents != 0 {
			ready--
		}
		fds = fds[1:]
	}
	n := p.set.harvest(fds, p.seen, ready, events)
	p.completions.Add(uint64(n))
	return n, nil
}

// fallAsleep copies the set for the kernel. Without a timeout nobody can be
// woken, and the wake-up descriptor is left out.
func (p *Poll) fallAsleep(timeout *time.Duration) []pollFD {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.notified {
		*timeout = 0
	}
	p.sleeping = *timeout != 0
	p.seen = p.set.changed
	p.kernel = append(p.kernel[:0], pollFD{fd: int32(p.waker.FD()), events: p.set.in})
	p.kernel = append(p.kernel, p.set.fds...)
	if !p.sleeping {
		return p.kernel[1:]
	}
	return p.kernel
}

// wakeUp ends a sleep, with mu held. A notification made until now is answered
// by the return that follows.
func (p *Poll) wakeUp() error {
	p.sleeping, p.notified = false, false
	if !p.woken {
		return nil
	}
	p.woken = false
	return p.waker.Drain()
}

// wake ends the sleep of a Wait in progress, with mu held.
func (p *Poll) wake() error {
	if !p.sleeping || p.woken {
		return nil
	}
	p.woken = true
	return p.waker.Signal()
}

// Notify implements backend.Backend.
func (p *Poll) Notify() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.notified = true
	return p.wake()
}

// Counters implements backend.Counter.
func (p *Poll) Counters() backend.Counters {
	return backend.Counters{Waits: p.waits.Load(), Completions: p.completions.Load()}
}

// Close implements backend.Backend.
func (p *Poll) Close() error { return p.waker.Close() }
