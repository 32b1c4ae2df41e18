package aio

import (
	"fmt"
	"sync"
	"time"

	"github.com/goetia-go/goetia"
	"github.com/goetia-go/goetia/future"
	"github.com/goetia-go/goetia/poll"
)

// Clock is the Loop's: timers of it are the reactor's, and expire only while somebody drives
// that.
func (l *Loop) Clock() future.Clock { return clock{l} }

type clock struct{ l *Loop }

func (clock) Now() time.Time { return time.Now() }

func (c clock) AfterFunc(d time.Duration, f func()) future.Timer { return c.l.r.AfterFunc(d, f) }

// After is ready with the time once d has passed since it was first polled. If it is
// cancelled, its timer is stopped.
func (l *Loop) After(d time.Duration) future.Future[time.Time] { return &sleep{l: l, d: d} }

// At is ready with the time as soon as it is t. It goes by the monotonic clock if t has a
// reading of that, as times from time.Now have.
func (l *Loop) At(t time.Time) future.Future[time.Time] { return &sleep{l: l, at: t} }

type sleep struct {
	l     *Loop
	d     time.Duration
	at    time.Time
	timer *goetia.Timer
	slot  future.Slot
}

func (s *sleep) Poll(cx *future.Context) (time.Time, bool) {
	now := time.Now()
	if s.at.IsZero() {
		s.at = now.Add(s.d)
	}
	if !now.Before(s.at) {
		s.Cancel()
		return now, true
	}
	s.slot.Register(cx.Waker())
	if s.timer == nil {
		s.timer = s.l.r.AfterFunc(s.at.Sub(now), s.slot.Wake)
	}
	return time.Time{}, false
}

func (s *sleep) Cancel() {
	s.slot.Clear()
	if s.timer != nil {
		s.timer.Stop()
	}
}

// Interval is a stream of ticks, and ends when it is stopped. One task at a time polls it; Stop
// may be called from anywhere.
type Interval struct {
	timer  *goetia.Timer
	every  time.Duration
	missed goetia.Missed
	slot   future.Slot

	mu      sync.Mutex
	next    time.Time
	stopped bool
}

// Interval returns a stream of ticks every d, the first after d. What becomes of ticks that are
// due while nobody polls is what missed says: [goetia.Burst] delivers them one right after the
// other, [goetia.Delay] begins a new schedule with the late one, and [goetia.Skip] drops all but
// one and keeps to the schedule. It fails with [poll.ErrInvalid] if d is not positive or missed
// is none of these.
func (l *Loop) Interval(d time.Duration, missed goetia.Missed) (*Interval, error) {
	if d <= 0 || missed > goetia.Skip {
		return nil, fmt.Errorf("aio: interval of %v: %w", d, poll.ErrInvalid)
	}
	i := &Interval{every: d, missed: missed, next: time.Now().Add(d)}
	i.mu.Lock()
	defer i.mu.Unlock()
	i.timer = l.r.AfterFunc(d, i.slot.Wake)
	return i, nil
}

// PollNext returns the time that the next tick was due; ok is false once the Interval was
// stopped.
func (i *Interval) PollNext(cx *future.Context) (due time.Time, ok, ready bool) {
	if !cx.Spend() {
		return due, false, false
	}
	i.slot.Register(cx.Waker())
	i.mu.Lock()
	defer i.mu.Unlock()
	now := time.Now()
	if i.stopped {
		return due, false, true
	}
	if now.Before(i.next) {
		// The timer may have expired for an earlier tick.
		i.timer.Reset(i.next.Sub(now))
		return due, false, false
	}
	due = i.next
	i.next = following(due, now, i.every, i.missed)
	i.slot.Clear()
	return due, true, true
}

// following is when the tick after one is due that was delivered at now.
func following(due, now time.Time, every time.Duration, missed goetia.Missed) time.Time {
	next := due.Add(every)
	if !next.Before(now) {
		return next // nothing was missed
	}
	switch missed {
	case goetia.Delay:
		return now.Add(every)
	case goetia.Skip:
		return next.Add((now.Sub(next) + every - 1) / every * every)
	}
	return next
}

// Cancel leaves the Interval as it is; a tick that comes meanwhile is for the next poll.
func (i *Interval) Cancel() { i.slot.Clear() }

// Stop ends the stream.
func (i *Interval) Stop() {
	i.mu.Lock()
	i.stopped = true
	i.timer.Stop()
	i.mu.Unlock()
	i.slot.Wake()
}
