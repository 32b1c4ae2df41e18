package poll

import (
	"errors"
	"fmt"

	"github.com/goetia-go/goetia/internal/backend"
	things "github.com/goetia-go/goetia/internal/extra"
)

// extra is a registration of something besides a descriptor of the caller's. It is
// in the table like any other, but nothing of its slot passes as it is: its events take
// the way of those that want more thought, where the thing is asked what has happened.
type extra struct {
	p     *Poller
	thing things.Thing

	// What follows is guarded by Poller.mu.
	token   backend.Token
	deleted bool
	err     error

	// What follows is guarded by posts.mu. pending: it has called and is to be
	// collected. added: it is in the table.
	pending, added bool
}

// addExtra opens a thing and registers it.
func addExtra[T things.Thing](p *Poller, call string, key Key, open func(things.Called) (T, error)) (*extra, T, error) {
	x := &extra{p: p}
	if p.b == nil || p.closed.Load() {
		var none T
		return nil, none, fmt.Errorf("poll: %s: %w", call, ErrClosed)
	}
	thing, err := open(func() { p.post(x) })
	if err == nil {
		x.thing = thing
		if err = p.insert(x, key); err != nil {
			err = errors.Join(err, thing.Close())
		}
	}
	if err != nil {
		var none T
		return nil, none, fmt.Errorf("poll: %s: %w", call, sentinel(err))
	}
	return x, thing, nil
}

// insert puts a thing into the table, and has the mechanism watch its descriptor.
func (p *Poller) insert(x *extra, key Key) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed.Load() {
		return ErrClosed
	}
	mode := backend.Level
	if x.thing.Once() {
		mode = backend.Oneshot // its descriptor stays ready
	}
	var i uint32
	if h, ok := x.thing.Handle(); ok {
		if err := p.add(FD(h), key, backend.Readable, mode); err != nil {
			return err
		}
		i, _ = p.table.find(h)
	} else {
		i, _ = p.table.reserve()
		p.table.fillAlone(i, key, mode)
	}
	p.table.slots[i].pass = backend.ReadyClosed
	x.token = p.table.token(i)
	if p.extras == nil {
		p.extras = make(map[uint32]*extra)
	}
	p.extras[i] = x
	p.added(x)
	return nil
}

// collect makes an event of a thing that has something to say. It is called with mu
// held.
func (x *extra) collect(out *Event, key Key) bool {
	fired, err := x.thing.Collect()
	switch {
	case err != nil:
		x.err = err
		*out = Event{Key: key, Ready: Readable | Error}
		return true
	case fired:
		*out = Event{Key: key, Ready: x.directions()}
		return true
	}
	if h, ok := x.thing.Handle(); ok && x.thing.Once() {
		x.err = x.p.b.Modify(h, x.token, backend.Readable, backend.Oneshot)
	}
	return false
}

// directions is what an event of the thing says.
func (x *extra) directions() (r Readiness) {
	d, ok := x.thing.(things.Directed)
	if !ok {
		return Readable
	}
	readable, writable := d.Directions()
	if readable {
		r |= Readable
	}
	if writable {
		r |= Writable
	}
	return r
}

// remove ends the registration and closes the thing.
func (x *extra) remove(call string) error {
	err := x.leave()
	if err == nil {
		err = x.thing.Close()
	}
	if err != nil {
		return fmt.Errorf("poll: %s: %w", call, err)
	}
	return nil
}

func (x *extra) leave() error {
	p := x.p
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.closed.Load():
		return ErrClosed
	case x.deleted:
		return ErrNotFound
	}
	x.deleted = true
	i := x.token.Index()
	delete(p.extras, i)
	p.table.release(i)
	p.withdraw(x)
	if h, ok := x.thing.Handle(); ok {
		return p.b.Delete(h, x.token)
	}
	return nil
}

// do calls a method of the thing, unless that is closed.
func (x *extra) do(call string, method func() error) error {
	x.p.mu.Lock()
	defer x.p.mu.Unlock()
	var err error
	switch {
	case x.p.closed.Load():
		err = ErrClosed
	case x.deleted:
		err = ErrNotFound
	default:
		err = method()
	}
	if err != nil {
		return fmt.Errorf("poll: %s: %w", call, sentinel(err))
	}
	return nil
}

// sentinel adds this package's to a thing's error.
func sentinel(err error) error {
	switch {
	case errors.Is(err, things.ErrInvalid):
		return fmt.Errorf("%w: %w", ErrInvalid, err)
	case errors.Is(err, things.ErrBadHandle):
		return fmt.Errorf("%w: %w", ErrBadDescriptor, err)
	}
	return err
}

// failure is what collecting failed with.
func (x *extra) failure() error {
	x.p.mu.Lock()
	defer x.p.mu.Unlock()
	return x.err
}

// closeExtras closes all things, with mu held and the mechanism closed.
func (p *Poller) closeExtras() error {
	var failed error
	for _, x := range p.extras {
		failed = errors.Join(failed, x.thing.Close())
	}
	p.extras = nil
	return failed
}
