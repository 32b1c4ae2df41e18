package aio

import (
	"errors"
	"net"
	"sync/atomic"

	"github.com/goetia-go/goetia"
	"github.com/goetia-go/goetia/future"
	"github.com/goetia-go/goetia/poll"
)

// port is a source on a Loop, and who waits for it to be readable and to be writable.
type port struct {
	src *goetia.Source
	l   *Loop
	r   side
	w   side
	flags
}

// flags are what becomes of a port, a combination of the constants below.
type flags struct{ bits atomic.Uint32 }

const (
	// closed is set by close.
	closed = 1 << iota
	// gone: the registration has ended, by close or with the Reactor.
	gone
	// soft: it has no descriptor, and is told by its peer that it is ready.
	soft
)

func (f *flags) is(what uint32) bool { return f.bits.Load()&what != 0 }

// side is one direction of a port.
type side struct {
	slot  future.Slot
	watch *goetia.Watch
	state atomic.Uint32
}

// The states of a side are combinations of these.
const (
	// armed: the watch is to fire, or is about to be armed.
	armed = 1 << iota
	// fired: the watch has fired, and nobody has made use of it.
	fired
	// drained: the last operation has found less than it could take, so asking for
	// more at once is not worth a system call.
	drained
)

// open begins with a source that is registered.
func (p *port) open(l *Loop, src *goetia.Source) {
	p.l, p.src = l, src
}

// errAgain is what an operation returns that would have to wait.
var errAgain = errors.New("aio: would block")

// wait has cx woken when one of the port's sides is ready, and says whether it is already: then
// the operation is worth trying once more. It fails with net.ErrClosed once the port is closed.
func (p *port) wait(cx *future.Context, s *side) (ready bool, err error) {
	s.slot.Register(cx.Waker())
	if s.state.Load()&fired != 0 {
		s.slot.Clear()
		return true, nil
	}
	if s.state.Or(armed)&armed == 0 {
		if s.watch == nil {
			s.watch, err = p.watch(s)
		} else {
			err = s.watch.Rearm()
		}
		if err != nil {
			s.state.And(^uint32(armed))
			s.slot.Clear()
			return false, p.failure(err)
		}
	}
	if p.is(closed) {
		s.slot.Clear()
		return false, net.ErrClosed
	}
	return s.state.Load()&fired != 0, nil
}

// watch makes a side's watch, and arms it.
func (p *port) watch(s *side) (*goetia.Watch, error) {
	if s == &p.r {
		return p.src.Inline(goetia.Readable, p.fireRead)
	}
	return p.src.Inline(goetia.Writable, p.fireWrite)
}

func (p *port) fireRead(r goetia.Readiness)  { p.fire(&p.r, r) }
func (p *port) fireWrite(r goetia.Readiness) { p.fire(&p.w, r) }

// fire is what the callback of a side's watch does.
func (p *port) fire(s *side, r goetia.Readiness) {
	if r&goetia.Closed != 0 {
		p.bits.Or(gone)
	}
	for {
		old := s.state.Load()
		if s.state.CompareAndSwap(old, old&^armed|fired) {
			break
		}
	}
	if r&goetia.Closed == 0 && !p.is(soft) {
		// It is the kernel that says so, to whoever turns.
		p.l.returning.Store(true)
	}
	s.slot.Wake()
}

// take says whether the watch has fired since the last time, and forgets it.
func (s *side) take() bool {
	return s.state.Load()&fired != 0 && s.state.And(^uint32(fired))&fired != 0
}

// worth says whether an operation is worth trying before it is waited for.
func (s *side) worth() bool {
	old := s.state.Load()
	return old&drained == 0 || old&fired != 0
}

// found notes whether an operation has taken all there was.
func (s *side) found(all bool) {
	if old := s.state.Load(); all && old&drained == 0 {
		s.state.Or(drained)
	} else if !all && old&drained != 0 {
		s.state.And(^uint32(drained))
	}
}

// failure is what arming has failed with, as an operation returns it.
func (p *port) failure(err error) error {
	if p.is(closed) || errors.Is(err, poll.ErrClosed) {
		return net.ErrClosed
	}
	return err
}

// close ends the registration and has those who wait fail. It says whether it was the
// first call.
func (p *port) close() bool {
	if p.bits.Or(closed)&closed != 0 {
		return false
	}
	_ = p.src.Close() // it may have ended with the Reactor
	p.r.slot.Wake()
	p.w.slot.Wake()
	return true
}

// drop ends the waiting of a future that is cancelled. The watch stays armed, and what it
// finds is for the next operation.
func (s *side) drop() { s.slot.Clear() }
