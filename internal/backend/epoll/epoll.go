//go:build linux

package epoll

import (
	"errors"
	"fmt"
	"math"
	"os"
	"sync/atomic"
	"time"

	"github.com/goetia-go/goetia/internal/backend"
	"github.com/goetia-go/goetia/internal/sys/nest"
	"golang.org/x/sys/unix"
)

// Poll is an epoll descriptor with the sources, nested in the Go runtime's poller.
type Poll struct {
	epfd int
	park *nest.Park

	// What follows belongs to the goroutine inside Wait.
	kernel []unix.EpollEvent
	limit  int
	found  int
	failed error

	waits, changes, completions atomic.Uint64
}

// Open makes the descriptors.
func Open() (*Poll, error) {
	epfd, err := create()
	if err != nil {
		return nil, err
	}
	p := &Poll{epfd: epfd}
	if p.park, err = nest.New(epfd, p.look); err != nil {
		return nil, errors.Join(err, closeEpoll(epfd))
	}
	return p, nil
}

func create() (int, error) {
	epfd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	return epfd, os.NewSyscallError("epoll_create1", err)
}

func closeEpoll(epfd int) error { return os.NewSyscallError("close", unix.Close(epfd)) }

// Features implements backend.Backend.
func (p *Poll) Features() backend.Features {
	return backend.Features{
		Modes:              backend.Modes(backend.Oneshot, backend.Level, backend.Edge, backend.EdgeOneshot),
		Interests:          backend.AllInterests,
		Readiness:          ^backend.ReadyClosed,
		ForgetsClosed:      true,
		ReportsUnconnected: true,
		// The Go runtime's timers.
		Resolution: time.Millisecond,
	}
}

// Add implements backend.Backend. The kernel itself knows whether an old
// registration under the same number still stands. If it does and the Poller
// knows of none, it is of a number that was closed while a duplicate lived, and
// now names the same file again: it is taken over.
func (p *Poll) Add(h uintptr, tok, old backend.Token, in backend.Interest, mode backend.Mode) error {
	bits := encode(in, mode)
	err := p.ctl(unix.EPOLL_CTL_ADD, h, tok, bits)
	if old == 0 && errors.Is(err, backend.ErrExists) {
		return p.ctl(unix.EPOLL_CTL_MOD, h, tok, bits)
	}
	if errors.Is(err, unix.EPERM) {
		return fmt.Errorf("%w: %w", backend.ErrNoReadiness, err)
	}
	return err
}

// Modify implements backend.Backend. It is ctl once more, without the call: see
// the Poller's Modify.
func (p *Poll) Modify(h uintptr, tok backend.Token, in backend.Interest, mode backend.Mode) error {
	if h > math.MaxInt32 {
		return backend.ErrBadDescriptor
	}
	ev := record(tok, encode(in, mode))
	p.changes.Add(1)
	if errno := epollCtl(p.epfd, unix.EPOLL_CTL_MOD, int(h), &ev); errno != 0 {
		return ctlError(errno)
	}
	return nil
}

// Delete implements backend.Backend.
func (p *Poll) Delete(h uintptr, tok backend.Token) error {
	err := p.ctl(unix.EPOLL_CTL_DEL, h, tok, 0)
	if errors.Is(err, backend.ErrNotFound) || errors.Is(err, backend.ErrBadDescriptor) {
		return nil // closed before: the kernel has forgotten it already
	}
	return err
}

func (p *Poll) ctl(op int, h uintptr, tok backend.Token, bits uint32) error {
	if h > math.MaxInt32 {
		return backend.ErrBadDescriptor
	}
	ev := record(tok, bits)
	p.changes.Add(1)
	if errno := epollCtl(p.epfd, op, int(h), &ev); errno != 0 {
		return ctlError(errno)
	}
	return nil
}

func record(tok backend.Token, bits uint32) unix.EpollEvent {
	return unix.EpollEvent{Events: bits, Fd: int32(tok.Index()), Pad: int32(tok.Generation())}
}

func ctlError(errno unix.Errno) error {
	err := os.NewSyscallError("epoll_ctl", errno)
	switch errno {
	case unix.EEXIST:
		return backend.ErrExists
	case unix.ENOENT:
		return backend.ErrNotFound
	case unix.EBADF:
		return fmt.Errorf("%w: %w", backend.ErrBadDescriptor, err)
	}
	return err
}

// Wait implements backend.Backend. It makes the first look itself, as near to its caller as
// can be: see epollWaitNow.
func (p *Poll) Wait(events []backend.Event, timeout time.Duration) (int, error) {
	if len(events) > len(p.kernel) {
		p.kernel = make([]unix.EpollEvent, len(events))
	}
	p.waits.Add(1)
	n, errno := epollWaitNow(p.epfd, &p.kernel[0], len(events))
	if errno != 0 || n == 0 {
		return p.wait(events, timeout, errno)
	}
	p.park.Busy(n)
	p.completions.Add(uint64(n))
	return translate(events, p.kernel[:n]), nil
}

// wait goes on where the first look found nothing, or failed.
func (p *Poll) wait(events []backend.Event, timeout time.Duration, errno unix.Errno) (int, error) {
	p.limit, p.found, p.failed = len(events), 0, nil
	if p.over(0, errno) {
		return 0, p.failed
	}
	if timeout != 0 {
		if err := p.park.Wait(timeout); err != nil {
			return 0, err
		}
	}
	if p.failed != nil {
		return 0, p.failed
	}
	p.completions.Add(uint64(p.found))
	return translate(events, p.kernel[:p.found]), nil
}

// translate turns the kernel's records into events.
func translate(events []backend.Event, kernel []unix.EpollEvent) int {
	events = events[:len(kernel)]
	for i := range kernel {
		// Field by field: a record built first would be stored twice.
		events[i].Token = backend.MakeToken(uint32(kernel[i].Fd), uint32(kernel[i].Pad))
		events[i].Ready = decode(kernel[i].Events)
	}
	return len(kernel)
}

// look fetches what is ready, without blocking, and says whether that ends a Wait.
func (p *Poll) look() bool {
	p.waits.Add(1)
	return p.over(epollWaitNow(p.epfd, &p.kernel[0], p.limit))
}

// over notes what a look found, and says whether that ends a Wait.
func (p *Poll) over(n int, errno unix.Errno) bool {
	switch {
	case errno == unix.EINTR:
		// A zero timeout is not interrupted in practice; looking again when
		// the runtime says so would lose the edge, so report "nothing, done".
		return true
	case errno != 0:
		p.failed = os.NewSyscallError("epoll_wait", errno)
		return true
	}
	p.found = n
	return n > 0
}

// Notify implements backend.Backend.
func (p *Poll) Notify() error { return p.park.Notify() }

// Counters implements backend.Counter.
func (p *Poll) Counters() backend.Counters {
	return backend.Counters{
		Waits:       p.waits.Load(),
		Changes:     p.changes.Load(),
		Completions: p.completions.Load(),
	}
}

// Close implements backend.Backend.
func (p *Poll) Close() error { return errors.Join(p.park.Close(), closeEpoll(p.epfd)) }
