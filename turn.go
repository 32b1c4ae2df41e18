package goetia

import (
	"errors"
	"runtime"
	"sync"
	"time"

	"github.com/goetia-go/goetia/internal/timers"
	"github.com/goetia-go/goetia/poll"
)

// batch is how many events one Wait takes at most.
const batch = 256

var batches = sync.Pool{New: func() any { return new([batch]poll.Event) }}

// turn waits until something fires.
func (sh *shard) turn(timeout time.Duration, quit func() bool) (int, error) {
	deadline := int64(timers.Never)
	if timeout >= 0 {
		deadline = after(clock(), timeout)
	}
	events := batches.Get().(*[batch]poll.Event)
	defer batches.Put(events)
	sh.enter()
	defer sh.exit()
	for {
		n, err := sh.once(events[:], deadline)
		switch {
		case err != nil || n > 0:
			sh.notified.Swap(false) // this one returns
			return n, err
		case sh.notified.Load() && sh.notified.Swap(false):
			return 0, nil
		case quit != nil && quit():
			return 0, nil
		case timeout >= 0 && clock() >= deadline:
			return 0, nil
		case sh.leaving.Load() > 0:
			_ = sh.p.Notify() // it was not for this one
			runtime.Gosched()
		}
	}
}

func (sh *shard) enter() {
	sh.mu.Lock()
	sh.turners++
	sh.mu.Unlock()
}

// exit leaves. If others are inside, one of them has to look again: what made this
// one leave may concern them as well, and a timer that only this one knew of.
func (sh *shard) exit() {
	sh.mu.Lock()
	sh.turners--
	others := sh.turners > 0
	sh.mu.Unlock()
	if others {
		_ = sh.p.Notify() // it fails for a closed Poller only, which wakes all
	}
}

// once waits once, and returns how much has fired.
func (sh *shard) once(events []poll.Event, deadline int64) (int, error) {
	timeout, tick, err := sh.prepare(deadline)
	if err != nil {
		return 0, err
	}
	n, err := sh.p.Wait(events, timeout)
	now := clock()
	sh.mu.Lock()
	sh.until = awake
	sh.waiting--
	before := sh.counts.Fires + sh.counts.Timers
	for _, ev := range events[:n] {
		if s := sh.find(ev.Key); s != nil {
			sh.dispatch(s, Readiness(ev.Ready), tick, now)
		}
	}
	sh.hand(now)
	sh.expire(now)
	sh.look(now)
	fired := sh.counts.Fires + sh.counts.Timers - before
	sh.unlock().run()
	return int(fired), err
}

// prepare says for how long to wait.
func (sh *shard) prepare(deadline int64) (timeout time.Duration, tick uint64, err error) {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	if sh.closed {
		return 0, 0, poll.ErrClosed
	}
	now := clock()
	until := min(deadline, sh.timers.Next(), sh.nextLook(now))
	sh.waits++
	sh.waiting++
	sh.until = until
	if until == timers.Never {
		return -1, sh.waits, nil
	}
	return time.Duration(max(until-now, 0)), sh.waits, nil
}

// dispatch gives an event to those who wait for it.
func (sh *shard) dispatch(s *Source, ready Readiness, tick uint64, now int64) {
	s.woken = stampOf(now)
	s.asked = 0 // the kernel has answered, and tells no more
	if ready&Closed != 0 || ready&(HangUp|Error) != 0 && s.src.Closed() {
		// io_uring sees the end of a connection that was closed here.
		sh.bury(s)
		return
	}
	fired := false
	if s.dubious == 0 || int64(tick-s.dubious) > 0 {
		at := &s.own.next
		for w := s.first(); w != nil; w = *at {
			switch {
			case ready.wakes(w.in):
				if w != &s.own {
					*at, w.next = w.next, nil
				}
				s.removed(w)
				sh.fire(w, ready, now)
				fired = true
			case w != &s.own:
				at = &w.next
			}
		}
	}
	s.unmark(stopped)
	if !fired {
		sh.counts.Spurious++
	}
	if s.first() == nil {
		return
	}
	// Only what somebody waits for: asking for more spins.
	switch err := s.ask(0, true); {
	case err == nil:
	case isGone(err):
		sh.bury(s)
	default:
		// Those who wait have to find out themselves; nobody else's event may
		// suffer.
		sh.counts.RearmErrors++
		s.fireAll(Error, now)
	}
}

// linger is how long a background goroutine stays when there is nothing to wait for: long
// enough not to be started for each event, and short enough not to be taken for a leak.
const linger = 100 * time.Millisecond

// retry is how long a background goroutine rests after a Wait has failed.
const retry = 10 * time.Millisecond

// insist calls f until it returns, and then done. An inline callback that calls runtime.Goexit ends
// f with its goroutine: another one calls it again.
func insist(f, done func()) {
	ended := false
	defer func() {
		if !ended {
			go insist(f, done)
			return
		}
		done()
	}()
	f()
	ended = true
}

// drive is what the background goroutine does.
func (sh *shard) drive() {
	for {
		var n int
		var err error
		if !sh.idle() {
			n, err = sh.turn(-1, sh.idle)
		}
		if err == nil && sh.idle() {
			n, err = sh.turn(linger, nil)
		}
		switch {
		case errors.Is(err, poll.ErrClosed):
			return
		case err != nil:
			time.Sleep(retry)
		case n == 0 && sh.rest():
			return
		}
	}
}

func (sh *shard) idle() bool {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	return !sh.busy()
}

// rest ends the background goroutine if there is nothing to wait for. Nobody will sweep
// then, so it drops what nobody waits for.
func (sh *shard) rest() bool {
	for at := 0; ; at += part {
		sh.mu.Lock()
		if at == 0 {
			sh.added = false
		}
		if sh.busy() || at >= len(sh.slots) {
			sh.driving = sh.busy() || sh.added
			rests := !sh.driving
			sh.mu.Unlock()
			return rests
		}
		for _, s := range sh.slots[at:min(at+part, len(sh.slots))] {
			if s != nil && !s.is(kept) {
				sh.bury(s)
			}
		}
		sh.unlock().run()
	}
}

func (sh *shard) close() (err error) {
	defer func() { err = sh.p.Close() }() // also if an inline callback ends this goroutine
	sh.mu.Lock()
	sh.closed = true
	sh.answers = nil
	for _, s := range sh.slots {
		if s != nil {
			sh.bury(s)
		}
	}
	var stops []func() bool
	for w := range sh.soft {
		stops = w.source().unlistenAll(stops)
		sh.bury(w.source())
	}
	for q := sh.timers.Pop(timers.Never); q != nil; q = sh.timers.Pop(timers.Never) {
		q.Owner.(*Timer).state = idle
	}
	defer func() {
		for _, stop := range stops {
			stop()
		}
	}()
	sh.unlock().run()
	return nil
}
