//go:build linux && cgo && libkqueue

package libkqueue

/*
#include <stdint.h>
#include <errno.h>
#include <unistd.h>
#include <sys/types.h>
#include <time.h>
#include <sys/event.h>

static int change(int kq, uintptr_t ident, short filter, unsigned short flags, unsigned int fflags, uintptr_t udata) {
	struct kevent ev;
	struct timespec now = {0, 0};
	EV_SET(&ev, ident, filter, flags, fflags, 0, (void *)udata);
	return kevent(kq, &ev, 1, NULL, 0, &now);
}

static int fetch(int kq, struct kevent *events, int n, long long ns) {
	struct timespec timeout = {ns / 1000000000, ns % 1000000000};
	return kevent(kq, NULL, 0, events, n, ns < 0 ? NULL : &timeout);
}

static uint16_t flags_of(struct kevent *ev) { return ev->flags; }
static uint32_t fflags_of(struct kevent *ev) { return ev->fflags; }
static int64_t data_of(struct kevent *ev) { return ev->data; }
static uintptr_t udata_of(struct kevent *ev) { return (uintptr_t)ev->udata; }
*/
import "C"

import (
	"fmt"
	"sync"
	"syscall"
	"time"

	"github.com/goetia-go/goetia/internal/backend"
	"github.com/goetia-go/goetia/internal/backend/kqueue"
	"github.com/goetia-go/goetia/internal/sys/kevent"
)

// Config is what the mechanism may count on.
var Config = kqueue.Config{Dispatch: true, Wide: true}

// Kernel implements kqueue.Kernel.
type Kernel struct {
	fd C.int

	mu     sync.Mutex
	knotes map[id]*knote
	// enabled are the knotes that the library has, by what it has for udata. That is a
	// number for each time a knote is enabled: an event that was fetched before must not
	// be taken for one of after.
	enabled map[uintptr]id
	last    uintptr
	raw     []C.struct_kevent
}

type id struct {
	ident  uintptr
	filter kevent.Filter
}

// knote is the record of one.
type knote struct {
	file    file
	style   kevent.Flags
	udata   uintptr
	enabled bool
	// number and fd are the library's udata and descriptor while enabled.
	number, fd uintptr
}

// file is a descriptor's identity.
type file struct {
	dev, ino uint64
	rdev     uint64
}

func identify(fd uintptr) (file, error) {
	var st syscall.Stat_t
	if err := syscall.Fstat(int(fd), &st); err != nil {
		return file{}, err
	}
	return file{uint64(st.Dev), st.Ino, uint64(st.Rdev)}, nil
}

// opening serialises what deadlocks concurrently.
var opening sync.Mutex

const wakeIdent = 1

// Open makes a queue.
func Open() (*Kernel, error) {
	opening.Lock()
	defer opening.Unlock()
	fd, err := C.kqueue()
	if fd < 0 {
		return nil, fmt.Errorf("kqueue: %w", err)
	}
	k := &Kernel{fd: fd, knotes: make(map[id]*knote), enabled: make(map[uintptr]id), last: kqueue.WakeUdata}
	if err := k.change(wakeIdent, kevent.User, C.EV_ADD|C.EV_CLEAR, 0, kqueue.WakeUdata); err != nil {
		C.close(fd)
		return nil, fmt.Errorf("kevent: %w", err)
	}
	return k, nil
}

func (k *Kernel) change(ident uintptr, f kevent.Filter, flags kevent.Flags, fflags uint32, udata uintptr) error {
	filter := C.short(C.EVFILT_READ)
	switch f {
	case kevent.Write:
		filter = C.EVFILT_WRITE
	case kevent.User:
		filter = C.EVFILT_USER
	}
	for {
		n, err := C.change(k.fd, C.uintptr_t(ident), filter, C.ushort(flags), C.uint(fflags), C.uintptr_t(udata))
		if n >= 0 {
			return nil
		}
		if err != syscall.EINTR {
			return err
		}
	}
}

// Change implements kqueue.Kernel. Without receipts the first failure ends it.
func (k *Kernel) Change(changes, _ []kevent.Event) (int, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for i := range changes {
		if err := k.apply(&changes[i]); err != nil {
			return 0, err
		}
	}
	return 0, nil
}

func (k *Kernel) apply(c *kevent.Event) error {
	at := id{c.Ident, c.Filter}
	now, err := identify(c.Ident)
	if err != nil {
		k.drop(at)
		return err
	}
	n := k.knotes[at]
	if n != nil && n.file != now {
		k.drop(at)
		n = nil
	}
	switch {
	case c.Flags&kevent.Add != 0:
		if n == nil {
			n = &knote{file: now}
			k.knotes[at] = n
		}
		n.style, n.udata = c.Flags&(kevent.Clear|kevent.Oneshot|kevent.Dispatch), c.Udata
		if c.Flags&kevent.Disable != 0 {
			return k.disable(at, n)
		}
		if err := k.enable(at, n); err != nil {
			delete(k.knotes, at)
			return err
		}
		return nil
	case n == nil:
		return syscall.ENOENT
	case c.Flags&kevent.Delete != 0:
		err := k.disable(at, n)
		delete(k.knotes, at)
		return err
	case c.Flags&kevent.Disable != 0:
		n.udata = c.Udata
		return k.disable(at, n)
	case c.Flags&kevent.Enable != 0:
		n.udata = c.Udata
		return k.enable(at, n)
	}
	return nil
}

// enable adds the knote to the library's, which looks afresh.
func (k *Kernel) enable(at id, n *knote) error {
	if n.enabled && n.style == 0 {
		return nil
	}
	if err := k.disable(at, n); err != nil {
		return err
	}
	flags := kevent.Flags(C.EV_ADD) | n.style&kevent.Clear
	if n.style&(kevent.Dispatch|kevent.Oneshot) != 0 {
		flags |= C.EV_ONESHOT
	}
	n.fd = at.ident
	if at.filter == kevent.Write {
		fd, err := duplicate(at.ident)
		if err != nil {
			return err
		}
		n.fd = fd
	}
	k.last++
	n.enabled, n.number = true, k.last
	k.enabled[n.number] = at
	if err := k.change(n.fd, at.filter, flags, 0, n.number); err != nil {
		k.disabled(at, n)
		return err
	}
	return nil
}

func duplicate(fd uintptr) (uintptr, error) {
	dup, _, errno := syscall.Syscall(syscall.SYS_FCNTL, fd, syscall.F_DUPFD_CLOEXEC, 0)
	if errno != 0 {
		return 0, errno
	}
	return dup, nil
}

// disable deletes the knote from the library's.
func (k *Kernel) disable(at id, n *knote) error {
	if !n.enabled {
		return nil
	}
	err := k.change(n.fd, at.filter, C.EV_DELETE, 0, 0)
	k.disabled(at, n)
	if err == syscall.ENOENT {
		return nil // oneshot and delivered, but not fetched yet
	}
	return err
}

// disabled notes that the library has no such knote any more.
func (k *Kernel) disabled(at id, n *knote) {
	n.enabled = false
	delete(k.enabled, n.number)
	if at.filter == kevent.Write {
		_ = syscall.Close(int(n.fd))
	}
}

// drop forgets a knote whose descriptor was closed, also in the library, which may take
// the number's next file for it otherwise.
func (k *Kernel) drop(at id) {
	if n := k.knotes[at]; n != nil {
		_ = k.disable(at, n)
		delete(k.knotes, at)
	}
}

// Fetch implements kqueue.Kernel.
func (k *Kernel) Fetch(events []kevent.Event, timeout time.Duration) (int, error) {
	if len(events) > len(k.raw) {
		k.raw = make([]C.struct_kevent, len(events))
	}
	ns := C.longlong(-1)
	if timeout >= 0 {
		// A second at a time: the library's conversion of long ones overflows.
		ns = C.longlong(min(timeout, time.Second))
	}
	got, err := C.fetch(k.fd, &k.raw[0], C.int(len(events)), ns)
	if got < 0 {
		return 0, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	n := 0
	for i := range int(got) {
		ev := &k.raw[i]
		out := kevent.Event{
			Flags: kevent.Flags(C.flags_of(ev)), Fflags: uint32(C.fflags_of(ev)), Data: int64(C.data_of(ev)),
		}
		if number := uintptr(C.udata_of(ev)); number == kqueue.WakeUdata {
			out.Filter, out.Udata = kevent.User, number
		} else if !k.resolve(number, &out) {
			continue
		}
		events[n] = out
		n++
	}
	return n, nil
}

// resolve fills in whose event it is, and says whether it is anybody's.
func (k *Kernel) resolve(number uintptr, out *kevent.Event) bool {
	at, ok := k.enabled[number]
	if !ok {
		return false
	}
	n := k.knotes[at]
	if now, err := identify(at.ident); err != nil || now != n.file {
		k.drop(at)
		return false
	}
	if n.style&kevent.Dispatch != 0 {
		k.disabled(at, n)
	}
	out.Ident, out.Filter, out.Udata = at.ident, at.filter, n.udata
	return true
}

// Check implements kqueue.Kernel.
func (k *Kernel) Check(h uintptr) error {
	var st syscall.Stat_t
	if err := syscall.Fstat(int(h), &st); err != nil {
		return fmt.Errorf("%w: fstat: %w", backend.ErrBadDescriptor, err)
	}
	switch st.Mode & syscall.S_IFMT {
	case syscall.S_IFREG, syscall.S_IFDIR:
		return backend.ErrNoReadiness
	}
	return nil
}

// Wake implements kqueue.Kernel.
func (k *Kernel) Wake() error {
	return k.change(wakeIdent, kevent.User, 0, C.NOTE_TRIGGER, kqueue.WakeUdata)
}

// Woken implements kqueue.Kernel.
func (k *Kernel) Woken() error { return nil }

// Close implements kqueue.Kernel.
func (k *Kernel) Close() error {
	k.mu.Lock()
	for at := range k.knotes {
		k.drop(at)
	}
	k.mu.Unlock()
	opening.Lock()
	defer opening.Unlock()
	if n, err := C.close(k.fd); n < 0 {
		return err
	}
	return nil
}
