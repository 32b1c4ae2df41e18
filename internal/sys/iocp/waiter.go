//go:build windows

package iocp

import (
	"errors"
	"math"
	"time"

	"golang.org/x/sys/windows"
)

// Waiter is a port that is waited for with timeouts as exact as the system's timers
// are.
type Waiter struct {
	Port
	timer *Timer // nil where the system has none
}

// NewWaiter makes a port. Packets of its timer carry timerKey.
func NewWaiter(timerKey uintptr) (Waiter, error) {
	port, err := New()
	if err != nil {
		return Waiter{}, err
	}
	w := Waiter{Port: port}
	if timer, err := NewTimer(port, timerKey); err == nil {
		w.timer = timer
	}
	return w, nil
}

// Precise says that timeouts are exact to about a millisecond, and not only to a clock
// tick.
func (w Waiter) Precise() bool { return w.timer != nil }

// Wait dequeues packets, and waits for the first one until the timeout (negative: none)
// has passed.
func (w Waiter) Wait(entries []Entry, timeout time.Duration) (int, error) {
	if timeout <= 0 || w.timer == nil {
		return w.Get(entries, milliseconds(timeout))
	}
	// Arming the timer costs two calls; what is there already needs none.
	if n, err := w.Get(entries, 0); n > 0 || err != nil {
		return n, err
	}
	now, ok := w.timer.Start(timeout)
	if now {
		return 0, nil
	}
	if ok {
		// The timer comes first. The port's own timeout, which may be a clock
		// tick late, is for the case that it is lost.
		timeout += 20 * time.Millisecond
	}
	return w.Get(entries, milliseconds(timeout))
}

// milliseconds rounds up: the Poller comes back if it was early, and cannot make
// up for late. windows.INFINITE stands for no limit.
func milliseconds(timeout time.Duration) uint32 {
	if timeout < 0 {
		return windows.INFINITE
	}
	ms := timeout / time.Millisecond
	if timeout%time.Millisecond != 0 {
		ms++
	}
	return uint32(min(ms, math.MaxInt32)) // three weeks; the Poller comes back
}

// Close closes the timer and the port.
func (w Waiter) Close() error {
	var timer error
	if w.timer != nil {
		timer = w.timer.Close()
	}
	return errors.Join(timer, w.Port.Close())
}
