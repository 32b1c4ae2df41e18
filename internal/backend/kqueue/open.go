//go:build darwin || dragonfly || freebsd || netbsd || openbsd

package kqueue

import (
	"errors"
	"fmt"
	"os"
	"unsafe"

	"github.com/goetia-go/goetia/internal/backend"
	"github.com/goetia-go/goetia/internal/sys/kevent"
	"github.com/goetia-go/goetia/internal/sys/wake"
	"golang.org/x/sys/unix"
)

// Open makes a kqueue and finds out what it can do.
func Open() (*Poll, error) {
	q, err := kevent.Open()
	if err != nil {
		return nil, err
	}
	k := &native{Queue: q}
	config := Config{Receipts: true, Wide: unsafe.Sizeof(uintptr(0)) == 8, Except: kevent.Has(kevent.Except)}
	if err := k.addWake(); err != nil {
		return nil, errors.Join(err, k.Close())
	}
	if config.Dispatch, err = k.dispatches(); err != nil {
		return nil, errors.Join(err, k.Close())
	}
	if config.Receipts, err = k.receipts(); err != nil {
		return nil, errors.Join(err, k.Close())
	}
	return New(k, config), nil
}

// native is the kernel that is not a model.
type native struct {
	*kevent.Queue
	// pipe serves where there is no EVFILT_USER.
	pipe *wake.Waker
}

// wakeIdent is the User knote's number; it has nothing to do with descriptors.
const wakeIdent = 1

func (k *native) addWake() error {
	if kevent.Has(kevent.User) {
		ev := kevent.Event{Ident: wakeIdent, Filter: kevent.User, Flags: kevent.Add | kevent.Clear, Udata: wakeCookie}
		_, err := k.Change([]kevent.Event{ev}, nil)
		return os.NewSyscallError("kevent", err)
	}
	pipe, err := wake.Open()
	if err != nil {
		return err
	}
	k.pipe = pipe
	ev := kevent.Event{Ident: uintptr(pipe.FD()), Filter: kevent.Read, Flags: kevent.Add, Udata: wakeCookie}
	_, err = k.Change([]kevent.Event{ev}, nil)
	return os.NewSyscallError("kevent", err)
}

// dispatches tries out whether a knote with EV_DISPATCH is silent once it was
// delivered: kernels that do not know the flag ignore it.
func (k *native) dispatches() (bool, error) {
	trial, err := wake.Open()
	if err != nil {
		return false, err
	}
	defer trial.Close() // and with it the knote
	if err := trial.Signal(); err != nil {
		return false, err
	}
	ev := kevent.Event{Ident: uintptr(trial.FD()), Filter: kevent.Read, Flags: kevent.Add | kevent.Dispatch}
	if _, err := k.Change([]kevent.Event{ev}, nil); err != nil {
		return false, os.NewSyscallError("kevent", err)
	}
	var out [2]kevent.Event
	if n, err := k.Fetch(out[:], 0); err != nil || n != 1 {
		return false, fmt.Errorf("a readable pipe made %d events: %w", n, errors.Join(err, backend.ErrUnsupported))
	}
	n, err := k.Fetch(out[:], 0)
	return n == 0, os.NewSyscallError("kevent", err)
}

// receipts tries EV_RECEIPT out on the knote that wakes.
func (k *native) receipts() (bool, error) {
	ev := kevent.Event{Ident: wakeIdent, Filter: kevent.User, Flags: kevent.Enable | kevent.Receipt, Udata: wakeCookie}
	if k.pipe != nil {
		ev.Ident, ev.Filter = uintptr(k.pipe.FD()), kevent.Read
	}
	var out [1]kevent.Event
	n, err := k.Change([]kevent.Event{ev}, out[:])
	if err != nil {
		return false, os.NewSyscallError("kevent", err)
	}
	return n == 1 && out[0].Flags&kevent.Error != 0 && out[0].Data == 0, nil
}

// Check refuses what is always ready and blocks all the same.
func (k *native) Check(h uintptr) error {
	var st unix.Stat_t
	if err := unix.Fstat(int(h), &st); err != nil {
		return fmt.Errorf("%w: %w", backend.ErrBadDescriptor, os.NewSyscallError("fstat", err))
	}
	switch uint32(st.Mode) & unix.S_IFMT {
	case unix.S_IFREG, unix.S_IFDIR:
		return backend.ErrNoReadiness
	}
	return nil
}

func (k *native) Wake() error {
	if k.pipe != nil {
		return k.pipe.Signal()
	}
	ev := kevent.Event{Ident: wakeIdent, Filter: kevent.User, Fflags: kevent.Trigger, Udata: wakeCookie}
	_, err := k.Change([]kevent.Event{ev}, nil)
	return os.NewSyscallError("kevent", err)
}

func (k *native) Woken() error {
	if k.pipe != nil {
		return k.pipe.Drain()
	}
	return nil // EV_CLEAR
}

func (k *native) Close() error {
	err := k.Queue.Close()
	if k.pipe != nil {
		err = errors.Join(err, k.pipe.Close())
	}
	return err
}
