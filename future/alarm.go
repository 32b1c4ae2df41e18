package future

import "time"

// alarm is one timer that a future waits for, any number of times one after the other.
type alarm struct {
	slot  Slot
	rung  atomicUint32
	timer Timer
}

// set has the alarm ring once d has passed. It must not be waiting for an earlier time.
func (a *alarm) set(c Clock, d time.Duration) {
	a.rung.Store(0)
	if a.timer == nil {
		a.timer = c.AfterFunc(d, a.ring)
	} else {
		a.timer.Reset(d)
	}
}

func (a *alarm) ring() {
	a.rung.Store(1)
	a.slot.Wake()
}

// wait says whether it has rung, and otherwise has w woken when it does.
func (a *alarm) wait(w Waker) bool {
	if a.rung.Load() == 0 {
		a.slot.Register(w)
		if a.rung.Load() == 0 {
			return false
		}
	}
	a.slot.Clear()
	return true
}

// stop ends the waiting and lets go of the timer.
func (a *alarm) stop() {
	if a.timer != nil {
		a.timer.Stop()
		a.timer = nil
	}
	a.slot.Clear()
}
