package goetia

import (
	"fmt"
	"net"
	"slices"

	"github.com/goetia-go/goetia/poll"
)

// listening is an armed watch of a connection without a descriptor.
type listening struct {
	// arm tells this arm from others of the same watch.
	arm uint64
	// stop withdraws what the connection was asked, once that is known.
	stop func() bool
	// early is what the connection has told before it was known.
	early Readiness
}

// RegisterNotifier is [Reactor.RegisterConn] for what tells its readiness itself and need be
// no net.Conn: a simulated listener, a queue.
func (r *Reactor) RegisterNotifier(n Notifier) (*Source, error) {
	if n == nil {
		return nil, fmt.Errorf("goetia: nil Notifier: %w", poll.ErrInvalid)
	}
	return r.register(target{layers: &layers{notifier: n, kinds: notifierLayer}})
}

// listen asks a connection without a descriptor to tell, for an arm of a watch, which may have
// been stopped meanwhile, and armed anew by somebody else who asks, too. It fails with
// net.ErrClosed if the connection says at once that it is closed: as if the watch had not been
// armed.
func (s *Source) listen(w *Watch, arm uint64) error {
	if arm == 0 {
		return nil
	}
	sh := s.sh
	sh.mu.Lock()
	mine := sh.soft[w].arm == arm
	sh.mu.Unlock()
	if !mine {
		return nil
	}
	stop := s.layers.notifier.NotifyReady(w.in, func(r Readiness) { s.heard(w, arm, r) })
	sh.mu.Lock()
	l := sh.soft[w]
	if l.arm != arm {
		sh.mu.Unlock()
		stop() // it was stopped or has fired meanwhile
		return nil
	}
	l.stop = stop
	sh.soft[w] = l
	if l.early&Closed != 0 {
		sh.counts.Arms--
		s.remove(w)
		w.noDeadline()
		sh.unlock().run()
		return net.ErrClosed
	}
	if l.early == 0 {
		sh.mu.Unlock()
		return nil
	}
	sh.hear(w, l.early)
	sh.unlock().run()
	return nil
}

// heard is called by the connection. That nothing is the case is no answer.
func (s *Source) heard(w *Watch, arm uint64, ready Readiness) {
	sh := s.sh
	sh.mu.Lock()
	if l := sh.soft[w]; l.arm == arm && ready != 0 {
		if l.stop == nil {
			l.early |= ready // NotifyReady has not returned
			sh.soft[w] = l
		} else {
			sh.hear(w, ready)
		}
	}
	sh.unlock().run()
}

// hear fires a watch, or leaves that to whoever turns the Reactor. A Reactor that drives itself has
// nobody who counts what a turn has fired, and need not have anybody turn.
func (sh *shard) hear(w *Watch, ready Readiness) {
	if sh.r.opts.background {
		w.source().remove(w)
		sh.fire(w, ready, clock())
		return
	}
	if w.ready == 0 { // a connection can tell twice
		w.ready = ready
		sh.answers = append(sh.answers, w)
		sh.told = true
	}
}

// hand fires what was left to whoever turns.
func (sh *shard) hand(now int64) {
	if len(sh.answers) == 0 {
		return
	}
	list := sh.answers
	sh.answers = nil
	for _, w := range list {
		ready := w.ready
		w.source().remove(w)
		sh.fire(w, ready, now)
	}
	clear(list)
	sh.answers = list[:0]
}

// withdraw forgets what was left of a watch that is not armed any more.
func (sh *shard) withdraw(w *Watch) {
	sh.answers = slices.DeleteFunc(sh.answers, func(a *Watch) bool { return a == w })
}

// unlisten returns what withdraws a watch's question, or nil.
func (sh *shard) unlisten(w *Watch) func() bool { return sh.soft[w].stop }

// unlistenAll is unlisten for all watches of a source.
func (s *Source) unlistenAll(stops []func() bool) []func() bool {
	if !s.soft || s.is(gone) {
		return stops
	}
	for w := s.first(); w != nil; w = w.next {
		if stop := s.sh.unlisten(w); stop != nil {
			stops = append(stops, stop)
		}
	}
	return stops
}
