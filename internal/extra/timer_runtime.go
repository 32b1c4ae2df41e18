//go:build !linux && !darwin && !dragonfly && !freebsd && !netbsd && !openbsd

package extra

import (
	"sync"
	"time"
)

// Timer is one of the Go runtime's: this system's queues have none that can be waited
// for.
type Timer struct {
	withoutHandle
	repeated
	count
	called Called

	mu    sync.Mutex
	timer *time.Timer
	every time.Duration
	// use numbers the settings, so that an expiration of an earlier one is
	// told apart.
	use     uint64
	expired uint64
}

// NewTimer makes a timer that expires after first, and then every so often unless that
// is zero.
func NewTimer(first, every time.Duration, called Called) (*Timer, error) {
	t := &Timer{called: called}
	if err := t.Reset(first, every); err != nil {
		return nil, err
	}
	return t, nil
}

// Reset sets the timer anew. What has not been collected is forgotten.
func (t *Timer) Reset(first, every time.Duration) error {
	first, err := checkTimes(first, every)
	if err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.stop()
	t.every = every
	use, due := t.use, time.Now().Add(first)
	t.timer = time.AfterFunc(first, func() { t.expire(use, due) })
	return nil
}

func (t *Timer) expire(use uint64, due time.Time) {
	t.mu.Lock()
	if use != t.use {
		t.mu.Unlock()
		return
	}
	t.expired++
	if t.every > 0 {
		late := time.Since(due)
		t.expired += uint64(late / t.every)
		due = due.Add(t.every * (1 + late/t.every))
		t.timer = time.AfterFunc(time.Until(due), func() { t.expire(use, due) })
	}
	t.mu.Unlock()
	t.called()
}

func (t *Timer) stop() {
	t.use++
	t.expired = 0
	if t.timer != nil {
		t.timer.Stop()
	}
}

// Stop keeps the timer from expiring until the next Reset.
func (t *Timer) Stop() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.stop()
	return nil
}

// Collect implements Thing.
func (t *Timer) Collect() (bool, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := t.expired
	t.expired = 0
	t.n.Add(n)
	return n > 0, nil
}

// Close implements Thing.
func (t *Timer) Close() error { return t.Stop() }
