//go:build windows

package socknotify

import (
	"errors"
	"fmt"
	"sync"
	"time"
	"unsafe"

	"github.com/goetia-go/goetia/internal/backend"
	"github.com/goetia-go/goetia/internal/sys/iocp"
	"github.com/goetia-go/goetia/internal/sys/socknotify"
	"github.com/goetia-go/goetia/internal/sys/winsock"
)

// Open makes a port. The first one in a process tries out whether the kernel does what
// is relied on.
func Open() (*Poll, error) {
	k, err := openKernel()
	if err != nil {
		return nil, err
	}
	config, err := tried.once(k)
	if err != nil {
		return nil, errors.Join(err, k.Close())
	}
	config.Wide, config.Precise = unsafe.Sizeof(uintptr(0)) == 8, k.port.Precise()
	return New(k, config), nil
}

func openKernel() (*native, error) {
	if err := socknotify.Available(); err != nil {
		return nil, err
	}
	if err := winsock.Start(); err != nil {
		return nil, err
	}
	port, err := iocp.NewWaiter(WakeKey)
	if err != nil {
		return nil, err
	}
	return &native{port}, nil
}

// tried remembers a trial that succeeded. One that failed may have failed for want of
// memory, say.
var tried outcome

type outcome struct {
	mu    sync.Mutex
	done  bool
	found Config
}

func (o *outcome) once(k Kernel) (Config, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.done {
		found, err := tryOut(k)
		if err != nil {
			return Config{}, err
		}
		o.done, o.found = true, found
	}
	return o.found, nil
}

// tryOut makes a sample and tries the kernel out on it.
func tryOut(k Kernel) (found Config, err error) {
	s, err := winsock.Loop()
	if err != nil {
		return Config{}, err
	}
	defer winsock.Close(s)
	err = Trial(k, Sample{
		Socket: s,
		Send: func() error {
			_, err := winsock.Send(s, []byte{1})
			return err
		},
		Drain: func() error {
			var buf [16]byte
			for {
				if _, blocked, err := winsock.Receive(s, buf[:]); blocked || err != nil {
					return err
				}
			}
		},
	}, &found)
	return found, err
}

// Pair makes two connected sockets that are on no port, and returns the first.
func Pair() (near uintptr, closeBoth func(), err error) {
	near, far, err := winsock.Pair()
	return near, func() { winsock.Close(near); winsock.Close(far) }, err
}

// native is the kernel that is not a model.
type native struct{ port iocp.Waiter }

func (k *native) Base(h uintptr) (uintptr, error) {
	base, err := winsock.Base(h)
	switch {
	case errors.Is(err, winsock.ErrNoBase):
		err = fmt.Errorf("%w: %w", backend.ErrNoBaseSocket, err)
	case winsock.IsNotSocket(err):
		err = fmt.Errorf("%w: %w", backend.ErrBadDescriptor, err)
	}
	return base, err
}

func (k *native) Process(registrations []socknotify.Registration) socknotify.Result {
	return socknotify.Process(k.port.Handle(), registrations)
}

// Look asks WSAPoll, whose conditions are the same under other names.
func (k *native) Look(s uintptr) (socknotify.Events, error) {
	fds := [1]winsock.PollFD{{Socket: s, Events: winsock.PollRdNorm | winsock.PollWrNorm}}
	if _, err := winsock.Poll(fds[:], 0); err != nil {
		return 0, err
	}
	return looked(fds[0].Revents), nil
}

func (k *native) Dequeue(entries []iocp.Entry, timeout time.Duration) (int, error) {
	return k.port.Wait(entries, timeout)
}

func (k *native) Wake() error  { return k.port.Post(WakeKey) }
func (k *native) Close() error { return k.port.Close() }
