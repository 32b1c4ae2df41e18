package future

import "time"

// After is ready once d has passed since it was first polled, by the [Context]'s clock, with the
// time that it is then. If d is not positive it is ready at once.
func After(d time.Duration) Future[time.Time] { return &after{d: d} }

// At is ready when the [Context]'s clock says t or later, with the time that it is then.
func At(t time.Time) Future[time.Time] { return &after{at: t, fixed: true} }

type after struct {
	alarm alarm
	clock Clock
	at    time.Time
	d     time.Duration
	// fixed: the time is given, and not counted from the first poll.
	fixed bool
}

func (a *after) Poll(cx *Context) (now time.Time, ready bool) {
	if a.clock == nil {
		a.clock = cx.Clock()
		now = a.clock.Now()
		d := a.d
		if a.fixed {
			d = a.at.Sub(now)
		}
		if d <= 0 {
			return now, true
		}
		a.alarm.set(a.clock, d)
	}
	if !a.alarm.wait(cx.Waker()) {
		return now, false
	}
	a.alarm.stop()
	return a.clock.Now(), true
}

func (a *after) Cancel() { a.alarm.stop() }
