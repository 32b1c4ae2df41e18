package goetia

// soft says that the source has no descriptor, and tells its readiness itself.
func (s *Source) soft() bool { return s.layers != nil && s.layers.notifier != nil }

// listen asks a connection without a descriptor to tell, for a watch that was armed.
func (s *Source) listen(w *Watch) {
	if !s.soft() {
		return
	}
	sh, l := s.sh, s.layers
	sh.mu.Lock()
	if w.state != armed {
		sh.mu.Unlock()
		return
	}
	l.arm++
	arm := l.arm
	sh.mu.Unlock()
	stop := l.notifier.NotifyReady(w.in, func(r Readiness) { s.heard(w, arm, r) })
	sh.mu.Lock()
	if late := l.arm != arm || w.state != armed; !late {
		l.stop, stop = stop, nil
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
	if s.layers.arm == arm && w.state == armed {
		s.lastWake, s.layers.stop = clock(), nil
		s.remove(w)
		sh.fire(w, ready)
	}
	sh.unlock().run()
}
