package poll

import (
	"time"

	things "github.com/goetia-go/goetia/internal/extra"
)

// Timer is a timer whose expirations are events of a [Poller]. Its methods are safe
// for concurrent use.
type Timer struct {
	x *extra
	t *things.Timer
}

// AddTimer makes a timer that expires after first and then, unless every is zero, again
// and again, and registers it under key. Each expiration is reported as [Readable];
// those between two Waits are one event, and [Timer.Take] counts them. It is never
// early. A first that is not positive means at once; a negative every gives
// [ErrInvalid].
//
// It is a timerfd on Linux, EVFILT_TIMER where there is a kqueue (in milliseconds,
// rounded up), and elsewhere the Go runtime's, which on Windows waits on the system's
// high-resolution timers where there are any.
func (p *Poller) AddTimer(key Key, first, every time.Duration) (*Timer, error) {
	x, t, err := addExtra(p, "timer", key, func(called things.Called) (*things.Timer, error) {
		return things.NewTimer(first, every, called)
	})
	if err != nil {
		return nil, err
	}
	return &Timer{x, t}, nil
}

// Take returns how many expirations have been reported since the last Take.
func (t *Timer) Take() uint64 { return t.t.Take() }

// Reset sets the timer anew, as AddTimer does. An expiration that was not reported
// yet is forgotten. It fails with [ErrNotFound] after Delete.
func (t *Timer) Reset(first, every time.Duration) error {
	return t.x.do("timer", func() error { return t.t.Reset(first, every) })
}

// Stop keeps the timer from expiring until the next Reset. It fails with
// [ErrNotFound] after Delete.
func (t *Timer) Stop() error { return t.x.do("timer", t.t.Stop) }

// Delete ends the timer. It fails with [ErrNotFound] if it was deleted before, and with
// [ErrClosed] if the Poller was closed, which ends all its timers.
func (t *Timer) Delete() error { return t.x.remove("timer") }
