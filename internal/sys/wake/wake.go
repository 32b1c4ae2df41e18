//go:build unix

package wake

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// Waker is the descriptor. Signal may be called from any goroutine, Drain by one
// at a time.
type Waker struct {
	r, w int
	buf  [64]byte
}

// Open makes a Waker.
func Open() (*Waker, error) {
	r, w, err := open()
	if err != nil {
		return nil, err
	}
	return &Waker{r: r, w: w}, nil
}

// FD is the descriptor to watch for reading.
func (k *Waker) FD() int { return k.r }

// Signal makes FD readable.
func (k *Waker) Signal() error {
	for {
		_, err := unix.Write(k.w, one)
		switch err {
		case nil, unix.EAGAIN: // full: it is readable already
			return nil
		case unix.EINTR:
			continue
		}
		return os.NewSyscallError("write", err)
	}
}

// Drain makes FD not readable, whatever number of signals went before.
func (k *Waker) Drain() error {
	for {
		n, err := unix.Read(k.r, k.buf[:])
		switch {
		case err == unix.EINTR:
			continue
		case err == unix.EAGAIN:
			return nil
		case err != nil:
			return os.NewSyscallError("read", err)
		case n < len(k.buf):
			return nil // an eventfd's counter, or the rest of a pipe
		}
	}
}

// Close closes both ends.
func (k *Waker) Close() error {
	err := unix.Close(k.r)
	if k.w != k.r {
		err = errors.Join(err, unix.Close(k.w))
	}
	return os.NewSyscallError("close", err)
}
