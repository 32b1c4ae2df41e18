//go:build windows

package afd

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/goetia-go/goetia/internal/backend"
	"github.com/goetia-go/goetia/internal/sys/afd"
	"github.com/goetia-go/goetia/internal/sys/iocp"
	"github.com/goetia-go/goetia/internal/sys/winsock"
	"golang.org/x/sys/windows"
)

// The keys of packets on our port.
const (
	keyPoll uintptr = iota + 1
	keyWake
	keyTimer
)

// winKernel is the real kernel.
type winKernel struct {
	port iocp.Waiter
	// entries belongs to whoever dequeues; the machine sees to it that only one
	// does.
	entries []iocp.Entry
}

// Poll is an open AFD mechanism.
type Poll struct {
	*machine
	precise bool
}

// Open makes a port and opens the driver.
func Open() (*Poll, error) {
	k, err := openKernel()
	if err != nil {
		return nil, err
	}
	m := newMachine(k)
	// Open the first device now, so that a system without the driver refuses
	// here and not at the first Add.
	g, err := m.groups.join(k)
	if err != nil {
		return nil, errors.Join(err, k.close())
	}
	m.groups.leave(k, g)
	return &Poll{machine: m, precise: k.port.Precise()}, nil
}

func openKernel() (*winKernel, error) {
	if err := afd.Available(); err != nil {
		return nil, err
	}
	port, err := iocp.NewWaiter(keyTimer)
	if err != nil {
		return nil, err
	}
	return &winKernel{port: port}, nil
}

// Features implements backend.Backend.
func (p *Poll) Features() backend.Features {
	f := p.machine.Features()
	if p.precise {
		f.Resolution = time.Millisecond
	}
	return f
}

func (k *winKernel) openDevice() (uintptr, bool, error) {
	h, err := afd.Open()
	if err != nil {
		return 0, false, err
	}
	if err := k.port.Associate(h, keyPoll); err != nil {
		windows.CloseHandle(h)
		return 0, false, err
	}
	// Both only save work: a packet for what is known already, and signalling
	// an event that nobody waits for.
	inline := windows.SetFileCompletionNotificationModes(h, iocp.SkipPortOnSuccess|iocp.SkipSetEvent) == nil
	return uintptr(h), inline, nil
}

func (k *winKernel) closeDevice(device uintptr) error {
	return os.NewSyscallError("CloseHandle", windows.CloseHandle(windows.Handle(device)))
}

func (k *winKernel) base(socket uintptr) (uintptr, error) {
	base, err := winsock.Base(socket)
	switch {
	case errors.Is(err, winsock.ErrNoBase):
		err = fmt.Errorf("%w: %w", backend.ErrNoBaseSocket, err)
	case winsock.IsNotSocket(err):
		err = fmt.Errorf("%w: %w", backend.ErrBadDescriptor, err)
	}
	return base, err
}

func (k *winKernel) submit(device uintptr, op *afd.Op, id uintptr) afd.Status {
	return afd.Submit(device, op, id)
}

func (k *winKernel) cancel(device uintptr, op *afd.Op) afd.Status { return afd.Cancel(device, op) }

func (k *winKernel) wake() error { return k.port.Post(keyWake) }

func (k *winKernel) dequeue(ids []uintptr, timeout time.Duration) (int, error) {
	if len(ids) > len(k.entries) {
		k.entries = make([]iocp.Entry, len(ids))
	}
	got := k.entries[:len(ids)]
	n, err := k.port.Wait(got, timeout)
	if err != nil {
		return 0, err
	}
	for i := range n {
		ids[i] = 0 // wakes, timers, and what strangers may post
		if got[i].Key == keyPoll {
			ids[i] = got[i].Overlapped
		}
	}
	return n, nil
}

func (k *winKernel) close() error { return k.port.Close() }
