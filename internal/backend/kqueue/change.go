//go:build !plan9

package kqueue

import (
	"errors"
	"fmt"
	"os"
	"syscall"

	"github.com/goetia-go/goetia/internal/backend"
	"github.com/goetia-go/goetia/internal/sys/kevent"
)

// plan collects changes for one call.
type plan struct {
	p *Poll
	e *entry
	n int
}

func (p *Poll) plan(e *entry) plan { return plan{p: p, e: e} }

func (l *plan) change(f kevent.Filter, flags kevent.Flags) {
	udata, _ := cookie(l.e.token, l.p.config.Wide)
	l.p.changes[l.n] = kevent.Event{Ident: l.e.handle, Filter: f, Flags: flags, Udata: udata}
	l.n++
}

// create makes the knotes of a new registration. If it fails, none is left.
func (p *Poll) create(e *entry) error {
	l := p.plan(e)
	l.addAll()
	if err := l.apply(); err != nil {
		return errors.Join(err, p.remove(e))
	}
	return nil
}

// addAll plans the read filter, come what may, and what else is wanted.
func (l *plan) addAll() {
	want := wanted(l.e.interest)
	for f := range kevent.Filter(filters) {
		if f != kevent.Read && !want.has(f) {
			continue
		}
		flags := kevent.Add | style(l.e.mode)
		if !want.has(f) {
			flags |= kevent.Disable
		}
		l.change(f, flags)
	}
}

// recreate replaces the knotes, to change what they keep or to make the kernel look
// afresh. What is gone already is not made again.
func (p *Poll) recreate(e *entry) error {
	for f := range kevent.Filter(filters) {
		if !e.have.has(f) {
			continue
		}
		l := p.plan(e)
		l.change(f, kevent.Delete)
		if err := l.apply(); err != nil && (f == kevent.Read || !gone(err)) {
			return err
		}
	}
	return p.create(e)
}

// rearm enables what is wanted and disables the rest. The read filter goes first and
// alone: if it is gone, so is the registration, and nothing may be added to whoever
// has the number now.
func (p *Poll) rearm(e *entry) error {
	want := wanted(e.interest)
	l := p.plan(e)
	l.toggle(kevent.Read, want)
	if err := l.apply(); err != nil {
		return err
	}
	l = p.plan(e)
	for f := kevent.Write; f < filters; f++ {
		switch {
		case !e.have.has(f) && want.has(f):
			l.change(f, kevent.Add|style(e.mode))
		case e.have.has(f) && (want.has(f) || e.on.has(f)):
			l.toggle(f, want)
		}
	}
	return l.apply()
}

func (l *plan) toggle(f kevent.Filter, want set) {
	if want.has(f) {
		l.change(f, kevent.Enable)
	} else {
		l.change(f, kevent.Disable)
	}
}

// probe finds out whether the registration stands, and changes nothing.
func (p *Poll) probe(e *entry) error {
	l := p.plan(e)
	l.toggle(kevent.Read, e.on)
	return l.apply()
}

// remove deletes all knotes. That they are gone is no failure.
func (p *Poll) remove(e *entry) error {
	var failed error
	for f := range kevent.Filter(filters) {
		if !e.have.has(f) {
			continue
		}
		l := p.plan(e)
		l.change(f, kevent.Delete)
		if err := l.apply(); err != nil && !gone(err) {
			failed = errors.Join(failed, err)
		}
	}
	return failed
}

// apply makes the changes and notes those that succeeded. The first failure is
// returned; those behind it are made all the same.
func (l *plan) apply() error {
	changes := l.p.changes[:l.n]
	if len(changes) > 1 && l.p.config.Receipts {
		return l.applyTogether(changes)
	}
	var failed error
	for i := range changes {
		l.p.changed.Add(1)
		_, err := l.p.k.Change(changes[i:i+1], nil)
		if err := l.note(&changes[i], err); err != nil && failed == nil {
			failed = err
		}
	}
	return failed
}

// applyTogether makes several changes in one call. EV_RECEIPT keeps the kernel from
// mixing events into the answers.
func (l *plan) applyTogether(changes []kevent.Event) error {
	for i := range changes {
		changes[i].Flags |= kevent.Receipt
	}
	l.p.changed.Add(1)
	outcome := l.p.outcome[:len(changes)]
	n, err := l.p.k.Change(changes, outcome)
	if err == nil && n != len(changes) {
		err = fmt.Errorf("%d receipts for %d changes", n, len(changes))
	}
	if err != nil {
		return os.NewSyscallError("kevent", err)
	}
	var failed error
	for i := range outcome {
		var err error
		if outcome[i].Data != 0 {
			err = syscall.Errno(outcome[i].Data)
		}
		if err := l.note(&changes[i], err); err != nil && failed == nil {
			failed = err
		}
	}
	return failed
}

// note keeps the books about one change.
func (l *plan) note(c *kevent.Event, err error) error {
	e := l.e
	switch {
	case err == nil:
	case errors.Is(err, syscall.EPIPE) && c.Filter == kevent.Write && c.Flags&kevent.Add != 0:
		// Nobody reads what is written here, which is worth an event.
		e.broken = true
		l.p.broken = append(l.p.broken, e.token)
		return l.p.k.Wake()
	case errors.Is(err, syscall.ENOENT) && c.Flags&kevent.Add == 0:
		e.have.put(c.Filter, false)
		return err
	default:
		return changeError(err)
	}
	if c.Flags&kevent.Delete != 0 {
		e.have.put(c.Filter, false)
		e.on.put(c.Filter, false)
		return nil
	}
	e.have.put(c.Filter, true)
	e.on.put(c.Filter, c.Flags&kevent.Disable == 0)
	return nil
}

func changeError(err error) error {
	errno := err
	err = os.NewSyscallError("kevent", err)
	switch {
	case errors.Is(errno, syscall.EBADF):
		return fmt.Errorf("%w: %w", backend.ErrBadDescriptor, err)
	case errors.Is(errno, syscall.EINVAL), errors.Is(errno, syscall.ENODEV), errors.Is(errno, syscall.EOPNOTSUPP):
		return fmt.Errorf("%w: the kernel has no such filter for this descriptor: %w", backend.ErrUnsupported, err)
	}
	return err
}
