//go:build !plan9

package kqueuetest

import (
	"cmp"
	"slices"
	"sync"
	"syscall"
	"time"

	"github.com/goetia-go/goetia/internal/backend"
	"github.com/goetia-go/goetia/internal/sys/kevent"
)

// World is what the model watches descriptors with.
type World struct {
	// Edge and Level are two mechanisms of their own over the same descriptors.
	Edge, Level backend.Backend
	// File tells what a number names now, or nil: a comparable value that changes
	// when the number is closed and used again.
	File func(h uintptr) any
	// WakeUdata is the udata of the event that Wake makes.
	WakeUdata uintptr
}

// Kernel is a model of one kqueue.
type Kernel struct {
	w World

	mu sync.Mutex
	// files are the descriptors that have knotes; Edge and Level watch them.
	files map[uintptr]*file
	// byToken finds them by what the mechanisms report.
	byToken map[backend.Token]*file
	uses    uint32
	// turns counts deliveries.
	turns uint64
	woken bool
	ready []backend.Event

	// happened belongs to the goroutine inside Fetch.
	happened []backend.Event
}

// file is a descriptor with at least one knote.
type file struct {
	h     uintptr
	token backend.Token
	what  any
	notes [kevent.User]*knote
}

type knote struct {
	kevent.Event
	disabled bool
	// turn is when it was delivered last.
	turn uint64
	// happened: an EV_CLEAR knote has something to say.
	happened bool
}

// New makes a model, which closes the world's mechanisms in the end.
func New(w World) *Kernel {
	return &Kernel{w: w, files: map[uintptr]*file{}, byToken: map[backend.Token]*file{}}
}

// Check implements the mechanism's kernel.
func (k *Kernel) Check(h uintptr) error {
	if k.w.File(h) == nil {
		return backend.ErrBadDescriptor
	}
	return nil
}

// Change is kevent(2) that does not wait.
func (k *Kernel) Change(changes, outcome []kevent.Event) (int, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	n := 0
	for i := range changes {
		err := k.change(&changes[i])
		if err == nil && changes[i].Flags&kevent.Receipt == 0 {
			continue
		}
		if n == len(outcome) {
			if err != nil {
				return 0, err
			}
			continue
		}
		outcome[n] = changes[i]
		outcome[n].Flags |= kevent.Error
		outcome[n].Data = 0
		if errno, ok := err.(syscall.Errno); ok {
			outcome[n].Data = int64(errno)
		}
		n++
	}
	if n < len(outcome) {
		n += k.collect(outcome[n:])
	}
	return n, k.w.Edge.Notify() // whoever waits looks again
}

func (k *Kernel) change(c *kevent.Event) error {
	what := k.w.File(c.Ident)
	if what == nil {
		return syscall.EBADF
	}
	f := k.files[c.Ident]
	if f != nil && f.what != what {
		k.drop(f) // the number was closed, and its knotes with it
		f = nil
	}
	if c.Filter >= kevent.User {
		return syscall.EINVAL
	}
	var at *knote
	if f != nil {
		at = f.notes[c.Filter]
	}
	if at == nil && c.Flags&kevent.Add == 0 {
		return syscall.ENOENT
	}
	if c.Flags&kevent.Delete != 0 {
		k.remove(f, c.Filter)
		return nil
	}
	if at == nil {
		if f == nil {
			var err error
			if f, err = k.watch(c.Ident, what); err != nil {
				return err
			}
		}
		// A new knote looks whether the condition holds already.
		at = &knote{Event: *c, happened: true}
		f.notes[c.Filter] = at
	}
	if c.Flags&kevent.Add != 0 {
		at.Udata, at.disabled = c.Udata, false
	}
	if c.Flags&kevent.Enable != 0 {
		at.disabled = false
	}
	if c.Flags&kevent.Disable != 0 {
		at.disabled = true
	}
	return nil
}

// watch begins to watch a descriptor for its first knote.
func (k *Kernel) watch(h uintptr, what any) (*file, error) {
	k.uses++
	f := &file{h: h, token: backend.MakeToken(k.uses, 1), what: what}
	for _, b := range []struct {
		backend.Backend
		mode backend.Mode
	}{{k.w.Edge, backend.Edge}, {k.w.Level, backend.Level}} {
		if err := b.Add(h, f.token, 0, backend.AllInterests, b.mode); err != nil {
			return nil, syscall.EINVAL
		}
	}
	k.files[h], k.byToken[f.token] = f, f
	return f, nil
}

// remove deletes a knote, and with the last one of a descriptor the watch.
func (k *Kernel) remove(f *file, filter kevent.Filter) {
	f.notes[filter] = nil
	if f.notes == [kevent.User]*knote{} {
		k.drop(f)
	}
}

// drop forgets a descriptor and its knotes.
func (k *Kernel) drop(f *file) {
	delete(k.files, f.h)
	delete(k.byToken, f.token)
	_ = k.w.Edge.Delete(f.h, f.token)
	_ = k.w.Level.Delete(f.h, f.token)
}

// Wake triggers the EVFILT_USER knote.
func (k *Kernel) Wake() error {
	k.mu.Lock()
	k.woken = true
	k.mu.Unlock()
	return k.w.Edge.Notify()
}

// Woken implements the mechanism's kernel; the knote is an EV_CLEAR one.
func (k *Kernel) Woken() error { return nil }

// Close closes the descriptor, and with it all knotes.
func (k *Kernel) Close() error {
	if err := k.w.Edge.Close(); err != nil {
		return err
	}
	return k.w.Level.Close()
}

// Fetch is kevent(2) without changes.
func (k *Kernel) Fetch(events []kevent.Event, timeout time.Duration) (int, error) {
	deadline := time.Now().Add(timeout)
	for {
		if err := k.happenings(0); err != nil {
			return 0, err
		}
		k.mu.Lock()
		n := k.collect(events)
		k.mu.Unlock()
		if n > 0 || timeout >= 0 && !time.Now().Before(deadline) {
			return n, nil
		}
		left := timeout
		if timeout > 0 {
			left = max(time.Until(deadline), 0) // negative would mean for ever
		}
		if err := k.happenings(left); err != nil {
			return 0, err
		}
	}
}

// happenings takes in what has changed about the descriptors.
func (k *Kernel) happenings(timeout time.Duration) error {
	if k.happened == nil {
		k.happened = make([]backend.Event, 256)
	}
	for {
		n, err := k.w.Edge.Wait(k.happened, timeout)
		if err != nil {
			return err
		}
		k.mu.Lock()
		for _, ev := range k.happened[:n] {
			f := k.byToken[ev.Token]
			if f == nil {
				continue
			}
			for _, note := range f.notes {
				if note != nil && ev.Ready&condition(note.Filter) != 0 {
					note.happened = true
				}
			}
		}
		k.mu.Unlock()
		if n < len(k.happened) {
			return nil
		}
		timeout = 0
	}
}

func condition(f kevent.Filter) backend.Readiness {
	switch f {
	case kevent.Read:
		return backend.ReadyReadable
	case kevent.Write:
		return backend.ReadyWritable
	case kevent.Except:
		return backend.ReadyPriority
	}
	return 0
}

// look asks what is the case now.
func (k *Kernel) look() []backend.Event {
	if len(k.ready) <= len(k.files) {
		k.ready = make([]backend.Event, 2*len(k.files)+1)
	}
	n, err := k.w.Level.Wait(k.ready, 0)
	if err != nil {
		return nil // nothing is the case
	}
	return k.ready[:n]
}

// active is a knote that has something to say, and what is the case.
type active struct {
	*knote
	state backend.Readiness
}

// collect delivers what is active, each knote once, those that waited longest first.
func (k *Kernel) collect(events []kevent.Event) (n int) {
	if k.woken && len(events) > 0 {
		k.woken = false
		events[0] = kevent.Event{Filter: kevent.User, Flags: kevent.Clear, Udata: k.w.WakeUdata}
		n = 1
	}
	var found []active
	for _, ev := range k.look() {
		f := k.byToken[ev.Token]
		if f == nil || k.w.File(f.h) != f.what {
			continue
		}
		for _, note := range f.notes {
			if note != nil && note.says(ev.Ready) {
				found = append(found, active{note, ev.Ready})
			}
		}
	}
	slices.SortStableFunc(found, func(a, b active) int { return cmp.Compare(a.turn, b.turn) })
	for _, a := range found {
		if n == len(events) {
			break
		}
		events[n] = a.deliver(a.state)
		n++
		k.turns++
		a.turn = k.turns
		if a.Flags&kevent.Oneshot != 0 {
			k.remove(k.files[a.Ident], a.Filter)
		}
	}
	return n
}

func (n *knote) says(state backend.Readiness) bool {
	return !n.disabled && state&condition(n.Filter) != 0 && (n.Flags&kevent.Clear == 0 || n.happened)
}

// connReset is what a broken connection's fflags hold.
const connReset = 54

func (n *knote) deliver(state backend.Readiness) kevent.Event {
	n.happened = false
	n.disabled = n.Flags&kevent.Dispatch != 0
	ev := kevent.Event{Ident: n.Ident, Filter: n.Filter, Flags: n.Flags &^ (kevent.Add | kevent.Enable | kevent.Disable | kevent.Receipt), Udata: n.Udata}
	end := n.Filter == kevent.Read && state&backend.ReadyReadClosed != 0 ||
		n.Filter == kevent.Write && state&backend.ReadyHangUp != 0
	if end {
		ev.Flags |= kevent.EOF
		if state&backend.ReadyError != 0 {
			ev.Fflags = connReset
		}
	}
	return ev
}
