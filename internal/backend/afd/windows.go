//go:build windows

package afd

import (
	"errors"
	"math"
	"os"
	"time"
	"unsafe"

	"github.com/goetia-go/goetia/internal/backend"
	"github.com/goetia-go/goetia/internal/sys/afd"
	"github.com/goetia-go/goetia/internal/sys/iocp"
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
	port  iocp.Port
	timer *iocp.Timer // nil where the system has none
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
	return &Poll{machine: m, precise: k.timer != nil}, nil
}

func openKernel() (*winKernel, error) {
	if err := afd.Available(); err != nil {
		return nil, err
	}
	port, err := iocp.New()
	if err != nil {
		return nil, err
	}
	k := &winKernel{port: port}
	if timer, err := iocp.NewTimer(port, keyTimer); err == nil {
		k.timer = timer
	}
	return k, nil
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
	return baseSocket(socket, socketIoctl, func(err error) bool { return errors.Is(err, windows.WSAENOTSOCK) })
}

func socketIoctl(s uintptr, code uint32) (uintptr, error) {
	var out windows.Handle
	var n uint32
	err := windows.WSAIoctl(windows.Handle(s), code, nil, 0,
		(*byte)(unsafe.Pointer(&out)), uint32(unsafe.Sizeof(out)), &n, nil, 0)
	if err != nil {
		return 0, os.NewSyscallError("WSAIoctl", err)
	}
	return uintptr(out), nil
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
	n, err := k.wait(got, timeout)
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

func (k *winKernel) wait(entries []iocp.Entry, timeout time.Duration) (int, error) {
	if timeout <= 0 || k.timer == nil {
		return k.port.Get(entries, milliseconds(timeout))
	}
	// Arming the timer costs two calls; what is there already needs none.
	if n, err := k.port.Get(entries, 0); n > 0 || err != nil {
		return n, err
	}
	now, ok := k.timer.Start(timeout)
	if now {
		return 0, nil
	}
	if ok {
		// The timer comes first. The port's own timeout, which may be a clock
		// tick late, is for the case that it is lost.
		timeout += 20 * time.Millisecond
	}
	return k.port.Get(entries, milliseconds(timeout))
}

// milliseconds rounds up: the Poller comes back if it was early, and cannot make
// up for late. windows.INFINITE stands for no limit.
func milliseconds(timeout time.Duration) uint32 {
	if timeout < 0 {
		return windows.INFINITE
	}
	ms := timeout / time.Millisecond
	if timeout%time.Millisecond != 0 {
		ms++
	}
	return uint32(min(ms, math.MaxInt32)) // three weeks; the Poller comes back
}

func (k *winKernel) close() error {
	var timer error
	if k.timer != nil {
		timer = k.timer.Close()
	}
	return errors.Join(timer, k.port.Close())
}
