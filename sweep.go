package goetia

import (
	"time"

	"github.com/goetia-go/goetia/internal/timers"
)

// sweep goes through the registrations, a part at a time. Epoll and kqueue forget a
// closed descriptor without a word, so somebody has to look; and what
// nobody waits for any more is dropped.
type sweep struct {
	period int64
	// at is the slot to look at next, due when.
	at  int
	due int64
	// end is when the last slot has to have been looked at in this round, also those that have
	// come since it began.
	end int64
	on  bool
}

// parts is into how many a period is divided, part how much of it is done with the lock
// held at a time.
const (
	parts = 8
	part  = 4096
)

// step is the time between looks, if there is not too much to look at.
func (w *sweep) step() int64 { return max(w.period/parts, 1) }

// begin begins a round.
func (w *sweep) begin(now int64) {
	w.on, w.at = true, 0
	w.end = after(now, time.Duration(w.period))
	w.due = after(now, time.Duration(w.step()))
}

// share is how many of the slots that are left in this round are to be looked at now: a part for
// each step that is left. As it is not a part of those that were there once, nobody is
// looked at later in a round than in the one before, and a period is the most
// that lies between.
func (w *sweep) share(now int64, left int) int {
	steps := max(w.end-now, 0)/w.step() + 1
	return int((int64(left) + steps - 1) / steps)
}

// nextLook is when to look again.
func (sh *shard) nextLook(now int64) int64 {
	if !sh.registered() {
		sh.sweep.on = false
		return timers.Never
	}
	if !sh.sweep.on {
		sh.sweep.begin(now)
	}
	return sh.sweep.due
}

// look looks at one part, if it is time.
func (sh *shard) look(now int64) {
	w := &sh.sweep
	if !w.on || now < w.due {
		return
	}
	left := len(sh.slots) - w.at
	n := w.share(now, left)
	for range min(n, part) {
		if s := sh.slots[w.at]; s != nil {
			sh.inspect(s)
		}
		w.at++
	}
	switch {
	case n > part:
		w.due = now + max(int64(float64(w.end-now)*part/float64(left)), 1)
	case w.at < len(sh.slots):
		w.due = now + w.step()
	case w.end-now >= w.step():
		w.due = w.end // there may be more by then
	default:
		w.begin(now)
	}
}

func (sh *shard) inspect(s *Source) {
	switch {
	case s.src.Closed():
		sh.bury(s)
	case s.first() == nil && !s.is(kept):
		if s.is(unused) {
			sh.bury(s)
		}
		s.mark(unused)
	case s.first() != nil && s.src.Raw():
		// Of a raw descriptor only the kernel knows. A registration that
		// stands is not harmed by being armed again.
		if isGone(s.renew(0)) {
			sh.bury(s)
		}
	}
}
