package poll

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/goetia-go/goetia/internal/backend"
	things "github.com/goetia-go/goetia/internal/extra"
)

// Mechanism names a way of asking the kernel.
type Mechanism string

// The mechanisms. Each exists on some systems only; [Mechanisms] lists those of
// this one.
const (
	// Epoll is Linux epoll(7), waited for through the Go runtime's own
	// poller, so that no thread is parked.
	Epoll Mechanism = "epoll"
	// IOUring is polls through io_uring, on Linux 5.13 and later. Like Epoll it parks
	// no thread. It arms sources without a system call for each.
	IOUring Mechanism = "io_uring"
	// Kqueue is kqueue(2), on macOS and the BSDs. It parks one thread.
	Kqueue Mechanism = "kqueue"
	// EventPort is an event port of Solaris and illumos. It parks one thread.
	EventPort Mechanism = "evport"
	// Poll is poll(2), on every Unix. It costs time in proportion to the
	// registered sources and parks one thread.
	Poll Mechanism = "poll"
	// AFD is IOCTL_AFD_POLL on Windows, through a completion port.
	AFD Mechanism = "afd"
	// SockNotify is Windows' ProcessSocketNotifications, since Windows 11 and Windows
	// Server 2022. A socket can be in one such Poller only, and not at all if it is on
	// another completion port, as those of package net are: [Features].Exclusive.
	// [New] takes it only if it is asked for.
	SockNotify Mechanism = "socknotify"
	// WSAPoll is Windows' WSAPoll, in groups of sockets with a thread each.
	WSAPoll Mechanism = "wsapoll"
)

// candidate is one mechanism of this system. Each open_<os>.go lists them, best
// first.
type candidate struct {
	name Mechanism
	open func() (backend.Backend, error)
	// explicit: it is offered to those who ask for it by name only.
	explicit bool
	// probe, if there is one, tries the mechanism's needs out one by one.
	probe func() []backend.Step
	// pair, if there is one, makes two sockets that are connected to one another
	// and of which the mechanism takes the first, where it does not take those of
	// package net. close closes both.
	pair func() (near uintptr, close func(), err error)
}

// Mechanisms returns the candidates on this operating system, best first: the
// order in which [New] tries them, passing over those that are to be had by
// explicit choice only. Being a candidate does not mean that the running kernel has
// it.
func Mechanisms() []Mechanism { return names(candidates()) }

func names(all []candidate) []Mechanism {
	var names []Mechanism
	for _, c := range all {
		names = append(names, c.name)
	}
	return names
}

// open opens the mechanism asked for, or the first that can be had without being asked
// for.
func open(all []candidate, want Mechanism) (Mechanism, backend.Backend, error) {
	if want != "" {
		i := slices.IndexFunc(all, func(c candidate) bool { return c.name == want })
		if i < 0 {
			return "", nil, fmt.Errorf("poll: mechanism %q does not exist on this system (there is %v): %w",
				want, names(all), ErrUnsupported)
		}
		b, err := all[i].open()
		if err != nil {
			return "", nil, fmt.Errorf("poll: mechanism %s: %w", want, err)
		}
		return want, b, nil
	}
	var refusals []error
	for _, c := range all {
		if c.explicit {
			refusals = append(refusals, fmt.Errorf("%s: only by explicit choice", c.name))
			continue
		}
		b, err := c.open()
		if err == nil {
			return c.name, b, nil
		}
		refusals = append(refusals, fmt.Errorf("%s: %w", c.name, err))
	}
	if len(refusals) == 0 {
		return "", nil, fmt.Errorf("poll: no mechanism on this system: %w", ErrUnsupported)
	}
	return "", nil, fmt.Errorf("poll: no mechanism can be had: %w", errors.Join(refusals...))
}

// Features describes what a mechanism can do, as data.
type Features struct {
	// Modes are the modes that Add and Modify accept.
	Modes []Mode
	// Interests are the conditions that can be asked for.
	Interests Interest
	// Readiness are the conditions that can be reported.
	Readiness Readiness
	// ReportsClose: closing a source that is armed, and that has not become
	// ready since, is told by an event with [Closed].
	ReportsClose bool
	// ForgetsClosed: a source closed without Delete is never confused with a
	// later one of the same number, even if that one is not added.
	ForgetsClosed bool
	// HoldsOpen: the kernel keeps the file of an armed source open. Closed without
	// Delete, its connection does not end, and its events may go on.
	HoldsOpen bool
	// ExactConnectFailed: [ConnectFailed] is reported for connection attempts
	// only.
	ExactConnectFailed bool
	// ReportsUnconnected: a stream socket that was never connected is
	// reported as writable and hung up, rather than not at all.
	ReportsUnconnected bool
	// SocketsOnly: pipes and other descriptors are refused.
	SocketsOnly bool
	// Exclusive: a source can be in one Poller only, and in none if something
	// else has claimed it, as the Go runtime has package net's sockets on Windows.
	Exclusive bool
	// Linear: a Wait costs time in proportion to the registered sources.
	Linear bool
	// Extras are what this system has besides descriptors, the same for each of its
	// mechanisms: "timer", "post", "signals", "process", "path", "handle" and "pipe"
	// are AddTimer and so on.
	Extras []string
	// Resolution is how much later than its timeout a Wait may return on an
	// idle machine. It never returns earlier.
	Resolution time.Duration
}

// Supports says whether Add and Modify accept the mode.
func (f Features) Supports(m Mode) bool { return slices.Contains(f.Modes, m) }

// publicFeatures describes a mechanism on a system, by its GOOS.
func publicFeatures(f backend.Features, goos string) Features {
	out := Features{
		Interests:          Interest(f.Interests),
		Readiness:          Readiness(f.Readiness),
		ReportsClose:       f.ReportsClose,
		ForgetsClosed:      f.ForgetsClosed,
		HoldsOpen:          f.HoldsOpen,
		ExactConnectFailed: f.ExactConnectFailed,
		ReportsUnconnected: f.ReportsUnconnected,
		SocketsOnly:        f.SocketsOnly,
		Exclusive:          f.Exclusive,
		Linear:             f.Linear,
		Extras:             things.Kinds(goos),
		Resolution:         f.Resolution,
	}
	for m := range backend.Mode(backend.ModeCount) {
		if f.Supports(m) {
			out.Modes = append(out.Modes, Mode(m))
		}
	}
	return out
}
