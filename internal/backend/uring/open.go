//go:build linux

package uring

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/goetia-go/goetia/internal/backend"
	"github.com/goetia-go/goetia/internal/sys/nest"
	"github.com/goetia-go/goetia/internal/sys/uring"
	"github.com/goetia-go/goetia/internal/sys/wake"
	"golang.org/x/sys/unix"
)

// The sizes of the rings: 16 KiB of requests, which go to the kernel in as many calls
// as it takes, and 64 KiB of answers, beyond which the kernel keeps them.
const (
	requests = 256
	answers  = 4096
)

// Open makes a ring and tries out whether it can poll.
func Open() (*Poll, error) { return open(requests, answers) }

func open(requests, answers uint32) (*Poll, error) {
	r, err := setup(requests, answers)
	if err != nil {
		return nil, err
	}
	p := &Poll{kernel: r, machine: newMachine(r)}
	if err := p.tryOut(); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	if p.park, err = nest.New(r.FD(), p.look); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return p, nil
}

func newMachine(r *uring.Ring) machine {
	return machine{ring: native{r}, skips: r.Features()&uring.CQESkip != 0}
}

// setup makes a ring, or says why there is none.
func setup(requests, answers uint32) (*uring.Ring, error) {
	r, err := uring.Open(requests, answers, uring.NoDrop|uring.ExtArg|uring.RsrcTags)
	switch {
	case err == nil:
		return r, nil
	case errors.Is(err, unix.ENOSYS):
		return nil, fmt.Errorf("%w: no io_uring in this kernel, or a seccomp filter hides it: %w", backend.ErrUnsupported, err)
	case errors.Is(err, unix.EPERM):
		return nil, fmt.Errorf("%w: io_uring is forbidden here (%s): %w", backend.ErrUnsupported, forbiddenBy(), err)
	case errors.Is(err, backend.ErrUnsupported):
		return nil, fmt.Errorf("%w (Linux 5.13 has all)", err)
	}
	return nil, err
}

// forbiddenBy says who it is that says EPERM.
func forbiddenBy() string {
	const name = "kernel.io_uring_disabled"
	text, err := os.ReadFile("/proc/sys/kernel/io_uring_disabled")
	if value := strings.TrimSpace(string(text)); err == nil && value != "0" {
		return "sysctl " + name + " is " + value
	}
	return "a seccomp filter or security module"
}

// tryOut polls a descriptor once and over and over, and removes a poll.
func (p *Poll) tryOut() error {
	trial, err := wake.Open()
	if err != nil {
		return err
	}
	defer trial.Close()
	if err := trial.Signal(); err != nil {
		return err
	}
	var events [1]backend.Event
	for turn, mode := range []backend.Mode{backend.Oneshot, backend.Edge} {
		tok := backend.MakeToken(0, uint32(turn)+1)
		p.arm(p.add(tok, int32(trial.FD()), identity{}), backend.Readable, mode)
		p.begin()
		err := p.flush()
		n := p.collect(events[:], 0)
		if err != nil || n != 1 || events[0] != (backend.Event{Token: tok, Ready: backend.ReadyReadable}) {
			return fmt.Errorf("%w: an io_uring poll of a readable descriptor found %v: %w", backend.ErrUnsupported, events[:n], err)
		}
	}
	return p.drain()
}

// native is a ring of the running kernel.
type native struct{ *uring.Ring }

func (n native) Submit() (stuck bool, err error) {
	switch errno := n.Ring.Submit(); errno {
	case 0, unix.EINTR:
		return false, nil
	case unix.EBUSY:
		return true, nil
	default:
		return false, os.NewSyscallError("io_uring_enter", errno)
	}
}
