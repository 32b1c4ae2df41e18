//go:build darwin || dragonfly || freebsd || netbsd || openbsd

package extra

import (
	"errors"
	"sync"
	"syscall"
	"time"

	"github.com/goetia-go/goetia/internal/sys/kevent"
)

// Timer is EVFILT_TIMER, which counts milliseconds.
type Timer struct {
	repeated
	queue
	count

	mu sync.Mutex
	// every is what the timer is to be set to once the first time has passed.
	every int64
}

// NewTimer makes a timer that expires after first, and then every so often unless that
// is zero. Both are rounded up to milliseconds.
func NewTimer(first, every time.Duration, _ Called) (*Timer, error) {
	q, err := openQueue()
	if err != nil {
		return nil, err
	}
	t := &Timer{queue: q}
	if err := t.Reset(first, every); err != nil {
		return nil, errors.Join(err, t.Close())
	}
	return t, nil
}

func millis(d time.Duration) int64 {
	return int64(d/time.Millisecond) + int64((d%time.Millisecond+time.Millisecond-1)/time.Millisecond)
}

// Reset sets the timer anew. What has not been collected is forgotten.
func (t *Timer) Reset(first, every time.Duration) error {
	first, err := checkTimes(first, every)
	if err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := t.stop(); err != nil {
		return err
	}
	t.every = millis(every)
	return t.change(kevent.Event{Ident: 1, Filter: kevent.Timer, Flags: kevent.Add | kevent.Oneshot, Data: millis(first)})
}

// stop deletes the knote, and with it what it has to say.
func (t *Timer) stop() error {
	t.every = 0
	err := t.change(kevent.Event{Ident: 1, Filter: kevent.Timer, Flags: kevent.Delete})
	if errors.Is(err, syscall.ENOENT) {
		return nil
	}
	return err
}

// Stop keeps the timer from expiring until the next Reset.
func (t *Timer) Stop() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.stop()
}

// Collect implements Thing.
func (t *Timer) Collect() (bool, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	ev, ok, err := t.fetch()
	if !ok {
		return false, err
	}
	t.n.Add(uint64(max(ev.Data, 1)))
	if t.every > 0 && ev.Flags&kevent.Oneshot != 0 {
		// The first time has passed.
		err = t.change(kevent.Event{Ident: 1, Filter: kevent.Timer, Flags: kevent.Add | kevent.Clear, Data: t.every})
	}
	return true, err
}
