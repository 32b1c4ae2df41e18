package future

// Slot is a place for one waker: the meeting point of a future that waits and the event that
// it waits for. The zero Slot is empty. Nothing in it locks.
//
// The future calls Register and then looks whether the event has happened; the event
// happens and then calls Wake. In this order no wake-up is lost.
type Slot struct {
	waker Waker
	state atomicUint32
}

// The states of a Slot are combinations of these.
const (
	// slotFull: there is a waker.
	slotFull = 1 << iota
	// slotRegistering: a waker is being put in.
	slotRegistering
	// slotWaking: the waker is being taken out.
	slotWaking
)

// Register puts a waker in, and drops the one before without waking it. One goroutine at a
// time registers. If Wake is called meanwhile, w is woken.
func (s *Slot) Register(w Waker) {
	for {
		old := s.state.Load()
		if old&slotWaking != 0 {
			// Somebody is taking the former waker. For them w came too late, and
			// for w the event has happened. If they have lost the processor just there,
			// w's future would be asked in vain until they get it back.
			w.Wake()
			gosched()
			return
		}
		if s.state.CompareAndSwap(old, old|slotRegistering) {
			break
		}
	}
	writes(&s.waker)
	s.waker = w
	for {
		old := s.state.Load()
		if old&slotWaking != 0 {
			// Wake was called since, and has left the waking to us.
			writes(&s.waker)
			s.waker = nil
			s.state.Store(0)
			w.Wake()
			return
		}
		if s.state.CompareAndSwap(old, slotFull) {
			return
		}
	}
}

// Wake empties the Slot and wakes the waker that was in it, if there was one. Any number of
// goroutines may call it at any time.
func (s *Slot) Wake() {
	if w := s.take(); w != nil {
		w.Wake()
	}
}

// Clear empties the Slot without waking, for a future that is cancelled.
func (s *Slot) Clear() { s.take() }

// empty says that there is no waker, nor one on its way: whoever registers from now on looks for the
// event after that.
func (s *Slot) empty() bool { return s.state.Load() == 0 }

// take empties the Slot.
func (s *Slot) take() Waker {
	if old := s.state.Load(); old == 0 || old&slotWaking != 0 {
		return nil
	}
	if old := s.state.Or(slotWaking); old&(slotRegistering|slotWaking) != 0 {
		return nil // the other one wakes
	}
	writes(&s.waker)
	w := s.waker
	s.waker = nil
	s.state.Store(0)
	return w
}
