package poll

import (
	"errors"
	"fmt"
	"sync"

	"github.com/goetia-go/goetia/internal/backend"
)

// Add registers src under key. The source is looked at afresh: if it is ready
// already, the next Wait says so, in every mode.
//
// It fails with [ErrExists] if the source is registered, [ErrBadDescriptor] if it
// is no open descriptor (or, on Windows, no socket), [ErrUnsupported] for a mode,
// interest or kind of source that the mechanism cannot serve, [ErrInvalid] for
// bits that are no interest and for the zero Source, [ErrClosed] after Close, and
// net.ErrClosed if src was made by [Conn] and the connection has been closed.
// After an error everything is as it was.
func (p *Poller) Add(src Source, key Key, in Interest, mode Mode) error {
	return p.control("add", src, key, in, mode, add)
}

// Modify replaces key, interest and mode of a registered source and arms it
// again, looking at it afresh. Conditions that the new interest does not ask
// for are not reported from then on, even if they were found before.
//
// It fails with [ErrNotFound] if the source is not registered, or no longer
// because a raw descriptor was closed, and otherwise as Add does; the earlier
// registration then stands.
func (p *Poller) Modify(src Source, key Key, in Interest, mode Mode) error {
	if src.raw == nil && src.named() && in&^p.features.Interests == 0 && p.supported.Supports(backend.Mode(mode)) {
		// Straight through: a loop with oneshot sources does this for every
		// event, and right after a system call each call in between costs
		// more than its instructions.
		p.mu.Lock()
		if i, s := p.table.find(src.handle); s != nil && !p.closed.Load() {
			err := p.b.Modify(src.handle, p.table.token(i), backend.Interest(in), backend.Mode(mode))
			if err == nil {
				s.arm(key, backend.Interest(in), backend.Mode(mode))
			} else {
				err = fail("modify", src.handle, p.unmodified(i, err))
			}
			p.mu.Unlock()
			return err
		}
		p.mu.Unlock()
	}
	return p.control("modify", src, key, in, mode, modify)
}

// Delete forgets a source. It works also after the source was closed, if src
// is the value that it was added with. It fails with [ErrNotFound] if the source
// is not registered and [ErrClosed] after Close.
func (p *Poller) Delete(src Source) error {
	err := p.control("delete", src, 0, 0, Oneshot, remove)
	if err != nil && src.raw != nil {
		return p.deleteClosed(src, err)
	}
	return err
}

// deleteClosed deletes a registration whose connection is closed, so that its
// descriptor cannot be pinned. The number may belong to somebody else by now;
// the registration is ours only if it was made with this very Source.
func (p *Poller) deleteClosed(src Source, err error) error {
	if !src.Closed() {
		return err // it is open: the error was about something else
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed.Load() {
		return fail("delete", src.handle, ErrClosed)
	}
	if i, s := p.table.find(src.handle); s == nil || p.table.origins[i].source != src.id {
		return fail("delete", src.handle, ErrNotFound)
	}
	if err := p.delete(src); err != nil {
		return fail("delete", src.handle, err)
	}
	return nil
}

// Lookup returns the key that a source's number is registered under, and false if it is
// not. It does not find out whether that registration is of the same source, or of an
// earlier one with the same number that was closed without Delete; Modify does.
func (p *Poller) Lookup(src Source) (Key, bool) {
	if p.b == nil || !src.named() {
		return 0, false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	_, s := p.table.find(src.handle)
	if s == nil {
		return 0, false
	}
	return s.key, true
}

// action is a call's work with the lock held and the descriptor pinned.
type action uint8

const (
	add action = iota
	modify
	remove
)

func (p *Poller) control(call string, src Source, key Key, in Interest, mode Mode, do action) error {
	if p.b == nil {
		return fail(call, src.handle, ErrClosed)
	}
	if !src.named() {
		return fmt.Errorf("poll: %s of the zero Source: %w", call, ErrInvalid)
	}
	if in&^Interest(backend.AllInterests) != 0 {
		return fail(call, src.handle, fmt.Errorf("interest %v: %w", in, ErrInvalid))
	}
	if in&^p.features.Interests != 0 {
		return fail(call, src.handle, fmt.Errorf("mechanism %s cannot report %v: %w",
			p.mechanism, in&^p.features.Interests, ErrUnsupported))
	}
	if mode > EdgeOneshot {
		return fail(call, src.handle, fmt.Errorf("mode %d: %w", mode, ErrInvalid))
	}
	if !p.supported.Supports(backend.Mode(mode)) {
		return fail(call, src.handle, fmt.Errorf("mechanism %s has no %v mode (it has %v): %w",
			p.mechanism, mode, p.features.Modes, ErrUnsupported))
	}
	var err error
	if src.raw == nil {
		err = p.locked(src, key, backend.Interest(in), backend.Mode(mode), do)
	} else {
		pin := pins.Get().(*pin)
		err = pin.run(p, src, key, backend.Interest(in), backend.Mode(mode), do)
		pins.Put(pin)
	}
	if err != nil {
		return fail(call, src.handle, err)
	}
	return nil
}

func (p *Poller) locked(src Source, key Key, in backend.Interest, mode backend.Mode, do action) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed.Load() {
		return ErrClosed
	}
	switch do {
	case add:
		return p.add(src, key, in, mode)
	case modify:
		return p.modify(src, key, in, mode)
	default:
		return p.delete(src)
	}
}

// pin runs an action while a connection's descriptor is held open. The callback
// that RawConn.Control wants would be allocated at every call; a pooled pin
// has it made once.
type pin struct {
	p    *Poller
	src  Source
	key  Key
	in   backend.Interest
	mode backend.Mode
	do   action
	err  error
	call func(fd uintptr)
}

var pins = sync.Pool{New: func() any {
	x := new(pin)
	x.call = func(fd uintptr) {
		x.src.handle = fd
		x.err = x.p.locked(x.src, x.key, x.in, x.mode, x.do)
	}
	return x
}}

func (x *pin) run(p *Poller, src Source, key Key, in backend.Interest, mode backend.Mode, do action) error {
	x.p, x.src, x.key, x.in, x.mode, x.do, x.err = p, src, key, in, mode, do, nil
	err := src.raw.Control(x.call)
	if err == nil {
		err = x.err
	}
	x.p, x.src, x.err = nil, Source{}, nil
	return err
}

func (p *Poller) add(src Source, key Key, in backend.Interest, mode backend.Mode) error {
	i, tok := p.table.reserve()
	var old backend.Token
	j, replaced := p.table.find(src.handle)
	if replaced != nil {
		old = p.table.token(j)
	}
	if err := p.b.Add(src.handle, tok, old, in, mode); err != nil {
		p.table.release(i)
		return err
	}
	if old != 0 {
		// The mechanism found that the old one's descriptor was closed.
		p.table.release(j)
	}
	p.table.fill(i, src, key, in, mode)
	return nil
}

func (p *Poller) modify(src Source, key Key, in backend.Interest, mode backend.Mode) error {
	i, s := p.table.find(src.handle)
	if s == nil {
		return ErrNotFound
	}
	if err := p.b.Modify(src.handle, p.table.token(i), in, mode); err != nil {
		return p.unmodified(i, err)
	}
	s.arm(key, in, mode)
	return nil
}

// unmodified is what a mechanism's refusal to modify means.
func (p *Poller) unmodified(i uint32, err error) error {
	if !isGone(err) {
		return err
	}
	p.table.release(i)
	if !errors.Is(err, ErrNotFound) {
		err = fmt.Errorf("%w: %w", ErrNotFound, err)
	}
	return err
}

func (p *Poller) delete(src Source) error {
	i, s := p.table.find(src.handle)
	if s == nil {
		return ErrNotFound
	}
	tok := p.table.token(i)
	p.table.release(i)
	return p.b.Delete(src.handle, tok)
}
