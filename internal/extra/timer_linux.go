package extra

import (
	"encoding/binary"
	"errors"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// Timer is a timerfd on the monotonic clock.
type Timer struct {
	repeated
	descriptor
	count
}

// NewTimer makes a timer that expires after first, and then every so often unless that
// is zero.
func NewTimer(first, every time.Duration, _ Called) (*Timer, error) {
	fd, err := unix.TimerfdCreate(unix.CLOCK_MONOTONIC, unix.TFD_CLOEXEC|unix.TFD_NONBLOCK)
	if err != nil {
		return nil, os.NewSyscallError("timerfd_create", err)
	}
	t := &Timer{descriptor: descriptor{fd}}
	if err := t.Reset(first, every); err != nil {
		return nil, errors.Join(err, t.Close())
	}
	return t, nil
}

// Reset sets the timer anew. What has not been collected is forgotten.
func (t *Timer) Reset(first, every time.Duration) error {
	first, err := checkTimes(first, every)
	if err != nil {
		return err
	}
	return t.set(unix.ItimerSpec{
		Value:    unix.NsecToTimespec(int64(first)),
		Interval: unix.NsecToTimespec(int64(every)),
	})
}

// Stop keeps the timer from expiring until the next Reset.
func (t *Timer) Stop() error { return t.set(unix.ItimerSpec{}) }

func (t *Timer) set(spec unix.ItimerSpec) error {
	return os.NewSyscallError("timerfd_settime", unix.TimerfdSettime(t.fd, 0, &spec, nil))
}

// Collect implements Thing.
func (t *Timer) Collect() (bool, error) {
	var buf [8]byte
	switch _, err := unix.Read(t.fd, buf[:]); {
	case errors.Is(err, unix.EAGAIN), errors.Is(err, unix.EINTR):
		return false, nil
	case err != nil:
		return false, os.NewSyscallError("read", err)
	}
	t.n.Add(binary.NativeEndian.Uint64(buf[:]))
	return true, nil
}
