package socknotify

import (
	"errors"
	"fmt"
	"time"

	"github.com/goetia-go/goetia/internal/backend"
	"github.com/goetia-go/goetia/internal/sys/socknotify"
)

// removalLimit bounds how long a socket's new registration waits for the last packet
// of its old one. It is queued when the removal is asked for, so this is for what the
// manual does not promise.
const removalLimit = time.Second

// maxRemovals is how many removals may await their packets before a Delete fetches
// those itself; otherwise a program that adds and deletes without waiting would pile
// them up.
const maxRemovals = 256

var errLingers = errors.New("socknotify: the socket's earlier registration does not end")

// removals are the registrations that were removed and whose last packet has not come.
// Until it has, the socket must not be registered under another key.
type removals struct {
	byKey    map[uintptr]leaver
	bySocket map[uintptr]uintptr
	// superseded are keys of which no packet is expected any more, since their socket's
	// next registration was removed as well: it was lost when the socket was closed.
	// They are kept for a while, in case it comes after all.
	superseded []uintptr
	// evicting: a registration was removed of which only the kernel knows the key.
	// evicted is that key in the end.
	evicting bool
	evicted  uintptr
}

type leaver struct {
	socket uintptr
	// successor was registered although the packet had not come, since nothing
	// spoke against it. Should the packet come after all, nobody knows what it has
	// ended, and the successor is enabled once more.
	successor backend.Token
}

func (r *removals) add(socket, key uintptr) {
	if r.byKey == nil {
		r.byKey, r.bySocket = make(map[uintptr]leaver), make(map[uintptr]uintptr)
	}
	if before, yes := r.bySocket[socket]; yes {
		r.byKey[before] = leaver{}
		r.superseded = append(r.superseded, before)
	}
	if len(r.superseded) > maxRemovals {
		delete(r.byKey, r.superseded[0])
		r.superseded = r.superseded[1:]
	}
	r.byKey[key], r.bySocket[socket] = leaver{socket: socket}, key
}

func (r *removals) leaving(socket uintptr) bool {
	_, yes := r.bySocket[socket]
	return yes
}

func (r *removals) succeed(socket uintptr, tok backend.Token) {
	if key, yes := r.bySocket[socket]; yes {
		r.byKey[key] = leaver{socket, tok}
	}
}

// done takes in the last packet of a registration, and returns its successor. key is the
// packet's and made the one that the entry's registration was made with. It is not
// expected if nobody waits for it, or no more.
func (r *removals) done(key, made uintptr) (successor backend.Token, expected bool) {
	x, known := r.byKey[made]
	switch {
	case known:
		delete(r.byKey, made)
		if r.bySocket[x.socket] == made {
			delete(r.bySocket, x.socket)
		}
	case r.evicting:
		r.evicting, r.evicted = false, key
	default:
		return 0, false
	}
	return x.successor, true
}

// len is how many packets are expected.
func (r *removals) len() int { return len(r.bySocket) }

// withdraw removes the entry's registration. That there is none any more is no failure:
// its socket was closed.
func (p *Poll) withdraw(e *entry) error {
	r := p.change(removal(e.socket))
	switch {
	case r == socknotify.Success:
		p.removals.add(e.socket, p.key(e))
		p.count()
	case r.Scarce():
		return r.Err()
	}
	return nil
}

func removal(socket uintptr) socknotify.Registration {
	return socknotify.Registration{Socket: socket, Op: socknotify.Remove}
}

// expel removes whatever is registered for a socket, and returns the entry that it was
// registered for, if that stands. r says whether anything was. Nothing tells whether a
// socket is registered but removing it, and nothing tells its key but the packet that
// follows.
func (p *Poll) expel(socket uintptr) (e *entry, r socknotify.Result, err error) {
	leaving := p.removals.leaving(socket)
	if leaving {
		leaving = !p.await(0, func() bool { return !p.removals.leaving(socket) })
	}
	switch r = p.change(removal(socket)); {
	case r.Scarce():
		return nil, r, r.Err()
	case r != socknotify.Success:
		return nil, r, nil
	}
	p.removals.evicting = true
	evicted := p.await(removalLimit, func() bool { return !p.removals.evicting })
	p.removals.evicting = false
	switch e, mistaken := p.resolve(p.removals.evicted); {
	case evicted && mistaken:
		return nil, r, nil
	case evicted:
		return e, r, nil
	case leaving && !p.removals.leaving(socket):
		return nil, r, nil // what was on its way out was removed once more
	}
	return nil, r, errLingers
}

// vacate sees to it that the socket can be registered. It returns ErrExists if a
// registration of this Poller stands, under this number or another.
func (p *Poll) vacate(socket uintptr) error {
	p.vacating = socket
	defer func() { p.vacating = 0 }()
	e, _, err := p.expel(socket)
	if err != nil || e == nil {
		return err
	}
	e.gone = true
	switch r := p.enable(e); {
	case r == socknotify.Success:
	case r.NotSocket():
		// The number that it was known by was closed; a duplicate is left.
		p.forget(e)
		return nil
	default:
		p.rearm(e)
		return fmt.Errorf("%w: %w", backend.ErrExists, r.Err())
	}
	return backend.ErrExists
}

// recreate makes a registration anew, to be certain that what is looked at is what was
// registered, and that no packet from before is on its way.
func (p *Poll) recreate(e *entry, before entry) error {
	revert := func() { e.interest, e.mode, e.armed = before.interest, before.mode, before.armed }
	at, r, err := p.expel(e.socket)
	if err != nil {
		revert()
		return err
	}
	if at != e {
		p.forget(e)
		if r.NotSocket() {
			return fmt.Errorf("%w: %w", backend.ErrBadDescriptor, r.Err())
		}
		return backend.ErrNotFound
	}
	e.gone, e.found, e.arming = true, 0, false
	if r = p.enable(e); r == socknotify.Success {
		return nil
	}
	err = r.Err()
	revert()
	if r = p.enable(e); r != socknotify.Success {
		p.rearm(e)
		err = errors.Join(err, r.Err())
	}
	return err
}

// await takes packets in until done. Those that were queued before the call it takes in
// all, and then waits until the limit. It gets whoever is inside out and keeps the next
// one from entering.
func (p *Poll) await(limit time.Duration, done func() bool) bool {
	p.settling = true
	defer func() {
		p.settling = false
		p.turned.Broadcast()
	}()
	if p.inside && p.k.Wake() != nil {
		return done()
	}
	for p.inside {
		p.turned.Wait()
	}
	if p.reap(0) != nil {
		return done()
	}
	for end := time.Now().Add(limit); !done(); {
		// Time may have passed since the last look, which is not to be the last one then.
		left := max(time.Until(end), 0)
		if p.reap(left) != nil || left == 0 {
			return done()
		}
	}
	return true
}

func (p *Poll) count() { p.outstanding.Store(int64(p.removals.len())) }
