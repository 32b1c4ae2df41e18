package future

import "time"

// Clock is what timers go by. Its methods are safe for concurrent use.
type Clock interface {
	Now() time.Time
	// AfterFunc calls f, which does not block, once d has passed. It may call it on
	// any goroutine, but not before AfterFunc returns.
	AfterFunc(d time.Duration, f func()) Timer
}

// Timer is one call that a [Clock] owes. Both methods are as those of time.Timer.
type Timer interface {
	Stop() bool
	Reset(d time.Duration) bool
}

// System is the clock of package time.
var System Clock = systemClock{}

type systemClock struct{}

func (systemClock) Now() time.Time { return time.Now() }

func (systemClock) AfterFunc(d time.Duration, f func()) Timer { return time.AfterFunc(d, f) }
