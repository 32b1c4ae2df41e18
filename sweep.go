package goetia

import "github.com/goetia-go/goetia/internal/timers"

// sweep goes through the registrations, a part at a time. Epoll and kqueue forget a
// closed descriptor without a word, so somebody has to look; and what
// nobody waits for any more is dropped.
type sweep struct {
	period int64
	// at is the slot to look at next, due when.
	at  int
	due int64
	on  bool
}

// parts is into how many a period is divided, part how much of it is done with the lock
// held at a time.
const (
	parts = 8
	part  = 4096
)

// nextLook is when to look again.
func (sh *shard) nextLook(now int64) int64 {
	if !sh.registered() {
		sh.sweep.on = false
		return timers.Never
	}
	if !sh.sweep.on {
		sh.sweep.on, sh.sweep.due = true, now+sh.sweep.period/parts
	}
	return sh.sweep.due
}

// look looks at one part, if it is time.
func (sh *shard) look(now int64) {
	w := &sh.sweep
	if !w.on || now < w.due || len(sh.slots) == 0 {
		return
	}
	n := min((len(sh.slots)+parts-1)/parts, part)
	for range n {
		if w.at >= len(sh.slots) {
			w.at = 0
		}
		if s := sh.slots[w.at]; s != nil {
			sh.inspect(s)
		}
		w.at++
	}
	w.due = now + max(w.period*int64(n)/int64(len(sh.slots)), 1)
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
		if isGone(s.ask(0, true)) {
			sh.bury(s)
		}
	}
}
