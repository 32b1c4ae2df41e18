package aio

import (
	"encoding/binary"
	"errors"
	"io"
	"os"
	"syscall"
	"time"
)

// fionread is the ioctl that says how much can be read (winsock2.h).
const fionread = 0x4004667f

// guard is how long an operation may block that was said not to. Overlapped operations that
// a deadline ends are cancelled and waited for by internal/poll: if they were done
// meanwhile they are a success, so no byte and no connection is lost.
const guard = 2 * time.Millisecond

// msgPeek is MSG_PEEK (winsock2.h).
const msgPeek = 2

// available is how many bytes can be read without blocking, or of the next datagram; zero
// also at the end and if there is an error to be had.
func available(raw syscall.RawConn) (int, error) {
	var failed error
	var out [4]byte
	err := raw.Control(func(fd uintptr) {
		var n uint32
		failed = syscall.WSAIoctl(syscall.Handle(fd), fionread, nil, 0, &out[0], 4, &n, nil, 0)
	})
	if err == nil && failed != nil {
		err = os.NewSyscallError("ioctlsocket", failed)
	}
	return int(binary.LittleEndian.Uint32(out[:])), err
}

// tryRead reads what is there.
func (c *Conn) tryRead(b []byte, told bool) (int, error) {
	if c.isHeld {
		b[0], c.isHeld = c.held, false
		return 1, nil
	}
	n, err := available(c.on.raw)
	if err != nil {
		return 0, err
	}
	if n == 0 {
		if !c.doubt.blocks(told) {
			return 0, errAgain
		}
		_ = c.on.nc.SetReadDeadline(time.Now().Add(guard))
		defer func() { _ = c.on.nc.SetReadDeadline(time.Time{}) }()
	}
	n, err = c.on.nc.Read(b)
	if n > 0 {
		c.doubt = 0
	}
	c.r.found(true)
	return n, guarded(err)
}

// guarded is an error as the operation returns it.
func guarded(err error) error {
	var inner *os.SyscallError
	switch {
	case err == nil || err == io.EOF:
		return err
	case errors.Is(err, os.ErrDeadlineExceeded):
		return errAgain
	case errors.As(err, &inner):
		return inner // the rest is put around it again
	}
	return err
}

// tryPeek is tryRead without taking anything.
func (c *Conn) tryPeek(b []byte, told bool) (int, error) {
	if c.isHeld {
		b[0] = c.held
		return 1, nil
	}
	n, err := available(c.on.raw)
	switch {
	case err != nil:
		return 0, err
	case n == 0:
		// It is the end, most likely, which can only be found by reading. If not,
		// the byte is kept.
		var one [1]byte
		if n, err = c.tryRead(one[:], told); n == 1 {
			c.held, c.isHeld = one[0], true
			b[0] = one[0]
		}
		return n, err
	}
	var got, flags uint32 = 0, msgPeek
	var failed error
	err = c.on.raw.Control(func(fd uintptr) {
		buf := syscall.WSABuf{Len: uint32(min(len(b), n)), Buf: &b[0]}
		failed = syscall.WSARecv(syscall.Handle(fd), &buf, 1, &got, &flags, nil, nil)
	})
	if err == nil && failed != nil {
		err = os.NewSyscallError("wsarecv", failed)
	}
	return int(got), err
}
