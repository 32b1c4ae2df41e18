package poll

import (
	"errors"
	"math"
	"time"

	"github.com/goetia-go/goetia/internal/backend"
)

// maxBatch bounds the leader's buffer; whoever offers more room gets at most
// this many events from one Wait.
const maxBatch = 4096

// clockStart makes the monotonic clock a number that can be added to without
// overflow for the next two centuries. Inside a testing/synctest bubble, whose
// clock stands in the past, the number is negative.
var clockStart = time.Now()

// Wait blocks until at least one source is ready, a notification arrives, or
// the timeout has passed, fills events and returns how many.
//
// A negative timeout means no limit; zero means to look and not to wait. A
// timeout is never cut short: if it has passed, at least that much monotonic
// time has gone by, on the Go runtime's clock (whose tick on Windows can be as long
// as 15.6 ms). It may be late by [Features].Resolution and by what the machine's
// load adds. Signals do not end a Wait. On some Linux kernels a timeout of zero, soon after
// a Wait that slept, can miss what is ready; it is never lost, and the next Wait has it.
//
// It returns (0, nil) after a timeout or a notification, [ErrClosed] if the Poller
// is or becomes closed, and [ErrInvalid] if events is empty. Each source appears
// at most once. While another goroutine is inside Wait, events go to that one
// first.
func (p *Poller) Wait(events []Event, timeout time.Duration) (int, error) {
	if len(events) == 0 {
		return 0, errNoRoom
	}
	if p.b == nil || p.closed.Load() {
		return 0, ErrClosed
	}
	limited := timeout > 0
	var deadline time.Duration
	if limited {
		now := time.Since(clockStart)
		if timeout > math.MaxInt64-max(now, 0) {
			limited, timeout = false, -1 // beyond the end of the clock
		}
		deadline = now + timeout
	}
	if !p.lead.tryAcquire() {
		if !p.lead.follow(timeout) {
			// Somebody else waited all the while and took what there was.
			return 0, p.closedError()
		}
		if limited {
			timeout = left(deadline)
		}
	}
	defer p.lead.release()
	for {
		if p.closed.Load() {
			return 0, ErrClosed
		}
		raw := p.buffer(len(events))
		n, err := 0, error(nil)
		if p.posts.waiting.Load() == 0 {
			n, err = p.b.Wait(raw, timeout)
		} else {
			n, err = p.waitAndTake(raw)
		}
		if err != nil {
			// The mechanism may have taken a notification with it.
			p.notified.Store(false)
			return 0, err
		}
		if n > 0 {
			n = p.translate(events, raw[:n])
		}
		// Clear the flag last: a Notify that found it set is answered by the
		// return that follows. One that sets it from now on has a wake-up of its
		// own, so a look is enough to know that there is nothing to clear.
		notified := p.notified.Load() && p.notified.Swap(false)
		if p.closed.Load() {
			return 0, ErrClosed
		}
		if n > 0 || notified || timeout == 0 {
			return n, nil
		}
		if limited && left(deadline) == 0 {
			return 0, nil
		}
		if p.pausing() {
			time.Sleep(hauntedPause)
		}
		if limited {
			timeout = left(deadline)
		}
	}
}

// left is the time until a deadline, not less than zero.
func left(deadline time.Duration) time.Duration {
	return max(deadline-time.Since(clockStart), 0)
}

// waitAndTake looks for events and takes things that have called.
func (p *Poller) waitAndTake(raw []backend.Event) (n int, err error) {
	room := p.posts.room(len(raw))
	if room < len(raw) {
		n, err = p.b.Wait(raw[:len(raw)-room], 0)
		if err != nil {
			return 0, err
		}
	}
	return n + p.posts.take(raw[n:]), nil // what the mechanism has left is theirs, too
}

// translate turns tokens into keys and drops what is stale.
func (p *Poller) translate(events []Event, raw []backend.Event) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := 0
	for {
		done := p.table.deliver(events[n:], raw)
		n += done
		if raw = raw[done:]; len(raw) == 0 {
			break
		}
		if p.odd(&events[n], raw[0]) {
			n++
		}
		raw = raw[1:]
	}
	p.counts.waits++
	p.counts.events += uint64(n)
	return n
}

// odd deals with an event that is not simply to be handed on, and says whether
// it is one after all.
func (p *Poller) odd(out *Event, ev backend.Event) bool {
	s := p.table.resolve(ev.Token)
	if s == nil {
		p.counts.stale++
		p.haunt(ev.Token)
		return false
	}
	if x := p.extras[ev.Token.Index()]; x != nil {
		return x.collect(out, s.key)
	}
	// The registration may have been modified since the kernel looked.
	ready := ev.Ready & s.pass
	if ready&backend.ReadyClosed == 0 {
		p.counts.stale++
		return false
	}
	*out = Event{Key: s.key, Ready: Readiness(ready)}
	p.table.release(ev.Token.Index())
	return true
}

// buffer is the leader's scratch space for n events.
func (p *Poller) buffer(n int) []backend.Event {
	n = min(n, maxBatch)
	if n > len(p.raw) {
		p.raw = make([]backend.Event, n)
	}
	return p.raw[:n]
}

func (p *Poller) closedError() error {
	if p.closed.Load() {
		return ErrClosed
	}
	return nil
}

// isGone says that the kernel no longer knows a registration.
func isGone(err error) bool {
	return errors.Is(err, ErrNotFound) || errors.Is(err, ErrBadDescriptor)
}
