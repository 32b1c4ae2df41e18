// Package wakeup measures how long an idle loop takes to wake.
package wakeup

import (
	"encoding/binary"
	"errors"
	"os"
	"runtime"

	"github.com/goetia-go/goetia/poll"
	"golang.org/x/sys/unix"
)

// Waiter is an idle loop over one descriptor.
type Waiter interface {
	// Wait returns once the descriptor is readable or Notify was called.
	Wait() error
	// Notify wakes a Wait from another goroutine.
	Notify() error
	Close() error
}

// Now is the kernel's monotonic clock, which all processes share.
func Now() int64 {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &t); err != nil {
		panic(err) // every Linux has it
	}
	return t.Nano()
}

type poller struct {
	p      *poll.Poller
	events [16]poll.Event
}

// NewPoller waits with the Poller.
func NewPoller(fd int) (Waiter, error) { return newPoller(fd, poll.Epoll) }

// NewIOUring waits with the Poller through io_uring.
func NewIOUring(fd int) (Waiter, error) { return newPoller(fd, poll.IOUring) }

func newPoller(fd int, m poll.Mechanism) (Waiter, error) {
	p, err := poll.New(poll.WithMechanism(m))
	if err != nil {
		return nil, err
	}
	if err := p.Add(poll.FD(uintptr(fd)), 0, poll.Readable, poll.Level); err != nil {
		return nil, errors.Join(err, p.Close())
	}
	return &poller{p: p}, nil
}

func (w *poller) Wait() error {
	_, err := w.p.Wait(w.events[:], -1)
	return err
}

func (w *poller) Notify() error { return w.p.Notify() }
func (w *poller) Close() error  { return w.p.Close() }

// one is what an eventfd takes.
var one = binary.NativeEndian.AppendUint64(nil, 1)

// blocking is what is usually written by hand: epoll_wait(2) on a goroutine of
// its own, locked to its thread, and an eventfd for notifications.
type blocking struct {
	epfd, wake int
	events     [16]unix.EpollEvent
	locked     bool
}

// NewBlocking waits with a blocking system call.
func NewBlocking(fd int) (Waiter, error) {
	epfd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, os.NewSyscallError("epoll_create1", err)
	}
	wake, err := unix.Eventfd(0, unix.EFD_NONBLOCK|unix.EFD_CLOEXEC)
	if err != nil {
		unix.Close(epfd)
		return nil, os.NewSyscallError("eventfd", err)
	}
	w := &blocking{epfd: epfd, wake: wake}
	for _, fd := range []int{fd, wake} {
		ev := unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(fd)}
		if err := unix.EpollCtl(epfd, unix.EPOLL_CTL_ADD, fd, &ev); err != nil {
			return nil, errors.Join(os.NewSyscallError("epoll_ctl", err), w.Close())
		}
	}
	return w, nil
}

func (w *blocking) Wait() error {
	if !w.locked {
		// The waiting goroutine ends with its block of samples, and its
		// thread with it.
		runtime.LockOSThread()
		w.locked = true
	}
	for {
		n, err := unix.EpollWait(w.epfd, w.events[:], -1)
		if err == unix.EINTR {
			continue
		}
		for i := range max(n, 0) {
			if w.events[i].Fd == int32(w.wake) {
				var count [8]byte
				_, err = unix.Read(w.wake, count[:])
			}
		}
		return os.NewSyscallError("epoll_wait", err)
	}
}

func (w *blocking) Notify() error {
	_, err := unix.Write(w.wake, one)
	return os.NewSyscallError("write", err)
}

func (w *blocking) Close() error {
	return errors.Join(unix.Close(w.epfd), unix.Close(w.wake))
}
