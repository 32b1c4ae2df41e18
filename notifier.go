package goetia

// listening is an armed watch of a connection without a descriptor.
type listening struct {
	// arm tells this arm from others of the same watch.
	arm uint64
	// stop withdraws what the connection was asked, once that is known.
	stop func() bool
}

// listen asks a connection without a descriptor to tell, for a watch that was armed.
func (s *Source) listen(w *Watch) {
	if !s.soft {
		return
	}
	sh := s.sh
	sh.mu.Lock()
	arm := sh.soft[w].arm
	sh.mu.Unlock()
	if arm == 0 {
		return // it has fired, or was stopped
	}
	stop := s.layers.notifier.NotifyReady(w.in, func(r Readiness) { s.heard(w, arm, r) })
	sh.mu.Lock()
	if sh.soft[w].arm == arm {
		sh.soft[w] = listening{arm, stop}
		stop = nil
	}
	sh.mu.Unlock()
	if stop != nil {
		stop() // it was stopped or has fired meanwhile
	}
}

// heard is called by the connection.
func (s *Source) heard(w *Watch, arm uint64, ready Readiness) {
	sh := s.sh
	sh.mu.Lock()
	if sh.soft[w].arm == arm {
		s.lastWake = clock()
		s.remove(w)
		sh.fire(w, ready)
	}
	sh.unlock().run()
}

// unlisten returns what withdraws a watch's question, or nil.
func (sh *shard) unlisten(w *Watch) func() bool { return sh.soft[w].stop }

// unlistenAll is unlisten for all watches of a source.
func (s *Source) unlistenAll(stops []func() bool) []func() bool {
	if !s.soft {
		return stops
	}
	for w := s.watches; w != nil; w = w.next {
		if stop := s.sh.unlisten(w); stop != nil {
			stops = append(stops, stop)
		}
	}
	return stops
}
