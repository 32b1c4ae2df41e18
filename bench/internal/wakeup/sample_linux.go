package wakeup

import (
	"encoding/binary"
	"errors"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// A block of samples, between two of which the loop falls idle.
const (
	block = 25
	gap   = 400 * time.Microsecond
)

// Source makes what wakes the loop, in one of three ways.
type Source interface {
	// FD is the descriptor that the loop watches.
	FD() int
	// Wake wakes the loop once and returns when that was, or zero if the
	// message says so.
	Wake(w Waiter) (int64, error)
	// Take reads what woke the loop; it returns the time in it, or zero.
	Take() (int64, error)
}

// Block returns how many nanoseconds each of a number of wakes took.
func Block(src Source, open func(fd int) (Waiter, error)) (samples []int64, err error) {
	w, err := open(src.FD())
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	type woken struct {
		at, sent int64
		err      error
	}
	answers := make(chan woken, 1)
	go func() {
		for range block {
			err := w.Wait()
			a := woken{at: Now(), err: err}
			if err == nil {
				a.sent, a.err = src.Take()
			}
			answers <- a
			if a.err != nil {
				return
			}
		}
	}()
	for range block {
		time.Sleep(gap)
		sent, err := src.Wake(w)
		if err != nil {
			return nil, err
		}
		a := <-answers
		if a.err != nil {
			return nil, a.err
		}
		samples = append(samples, a.at-max(sent, a.sent))
	}
	return samples, nil
}

// pair is a socket pair: near is watched, far written to.
type pair struct{ near, far int }

func newPair() (pair, error) {
	ends, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	return pair{ends[0], ends[1]}, os.NewSyscallError("socketpair", err)
}

func (s pair) FD() int { return s.near }
func (s pair) Close()  { unix.Close(s.near); unix.Close(s.far) }

func (s pair) Take() (int64, error) {
	var message [8]byte
	_, err := unix.Read(s.near, message[:])
	return int64(binary.NativeEndian.Uint64(message[:])), os.NewSyscallError("read", err)
}

// Goroutine is another goroutine that writes to the peer.
type Goroutine struct{ pair }

// NewGoroutine makes one.
func NewGoroutine() (Goroutine, error) {
	p, err := newPair()
	return Goroutine{p}, err
}

// Wake implements Source.
func (s Goroutine) Wake(Waiter) (int64, error) { return 0, send(s.far) }

func send(fd int) error {
	var message [8]byte
	binary.NativeEndian.PutUint64(message[:], uint64(Now()))
	_, err := unix.Write(fd, message[:])
	return os.NewSyscallError("write", err)
}

// Notification is another goroutine that calls Notify; nothing is written.
type Notification struct{ pair }

// NewNotification makes one.
func NewNotification() (Notification, error) {
	p, err := newPair()
	return Notification{p}, err
}

// Wake implements Source.
func (Notification) Wake(w Waiter) (int64, error) {
	now := Now()
	return now, w.Notify()
}

// Take implements Source.
func (Notification) Take() (int64, error) { return 0, nil }
