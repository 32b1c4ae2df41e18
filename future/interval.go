package future

import (
	"fmt"
	"time"
)

// MissedTicks is what an [Interval] does about ticks that nobody was there for.
type MissedTicks uint8

const (
	// Burst has them come one after the other until the interval has caught up. In the
	// long run there are as many ticks as intervals.
	Burst MissedTicks = iota
	// Delay has the next tick come a whole interval after the late one.
	Delay
	// SkipMissed leaves them out: the next tick comes when it would have come anyway.
	SkipMissed
)

// Interval is a stream without end of ticks, the times at which they were due: the first one d after
// it was first polled, by the [Context]'s clock, and the others d apart. It panics if d is not
// positive. No timer runs while nobody waits for the next tick.
func Interval(d time.Duration, missed MissedTicks) Stream[time.Time] {
	if d <= 0 || missed > SkipMissed {
		panic(fmt.Sprintf("future: Interval of %v with policy %d", d, missed))
	}
	return &interval{d: d, missed: missed}
}

type interval struct {
	alarm  alarm
	clock  Clock
	due    time.Time
	d      time.Duration
	missed MissedTicks
	// set: the alarm is.
	set, canceled bool
}

func (i *interval) PollNext(cx *Context) (tick time.Time, ok, ready bool) {
	if i.canceled {
		return tick, false, true
	}
	if i.clock == nil {
		i.clock = cx.Clock()
		i.due = i.clock.Now().Add(i.d)
	}
	if !i.set {
		if wait := i.due.Sub(i.clock.Now()); wait > 0 {
			i.alarm.set(i.clock, wait)
			i.set = true
		}
	}
	if i.set && !i.alarm.wait(cx.Waker()) || !cx.Spend() {
		return tick, false, false
	}
	i.set = false
	tick = i.due
	switch now := i.clock.Now(); {
	case i.missed == Delay:
		i.due = now.Add(i.d)
	case i.missed == SkipMissed && now.After(tick):
		i.due = tick.Add((now.Sub(tick)/i.d + 1) * i.d)
	default:
		i.due = tick.Add(i.d)
	}
	return tick, true, true
}

func (i *interval) Cancel() {
	i.alarm.stop()
	i.canceled = true
}
