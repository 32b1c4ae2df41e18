package aio

import (
	"errors"
	"net"
	"time"

	"github.com/goetia-go/goetia/future"
)

// wire is the net.Conn beneath crypto/tls. It reads without waiting, and keeps what is to be
// written until there is room.
type wire struct {
	c *TLS
	// cx wakes whoever waits. Steps are counted by those who poll.
	cx *future.Context
	// wait, during a handshake, waits for the next poll, and says false if there is none.
	wait func() bool
	out  []byte
	err  error
}

// pause is the error of a read that would have to wait. It is a temporary one, which crypto/tls
// takes to mean that it may go on later.
type pause struct{ _ byte }

func (*pause) Error() string   { return "aio: would block" }
func (*pause) Timeout() bool   { return true }
func (*pause) Temporary() bool { return true }

var (
	errPause       net.Error = new(pause)
	errNoHandshake           = errors.New("aio: the handshake was given up")
)

func (w *wire) Read(b []byte) (int, error) {
	for {
		if w.wait != nil {
			// The peer is waiting for what this side has to say.
			if _, err := w.pollSend(); err != nil {
				return 0, err
			}
		}
		n, ready, err := w.c.s.PollRead(w.cx, b)
		switch {
		case ready:
			return n, err
		case w.wait == nil:
			return 0, errPause
		case !w.wait():
			return 0, errNoHandshake
		}
	}
}

func (w *wire) Write(b []byte) (int, error) {
	if w.err != nil {
		return 0, w.err
	}
	w.out = append(w.out, b...)
	return len(b), nil
}

// pollSend is ready when everything is with the stream.
func (w *wire) pollSend() (ready bool, err error) {
	at := 0
	for at < len(w.out) && w.err == nil {
		n, ready, err := w.c.s.PollWrite(w.cx, w.out[at:])
		at += n
		if err != nil {
			w.err = err
		}
		if !ready {
			w.out = append(w.out[:0], w.out[at:]...)
			return false, nil
		}
	}
	// A connection is idle for most of its life, and then holds no buffer.
	w.out = nil
	return true, w.err
}

func (w *wire) LocalAddr() net.Addr {
	if a, ok := w.c.s.(interface{ LocalAddr() net.Addr }); ok {
		return a.LocalAddr()
	}
	return nil
}

func (w *wire) RemoteAddr() net.Addr {
	if a, ok := w.c.s.(interface{ RemoteAddr() net.Addr }); ok {
		return a.RemoteAddr()
	}
	return nil
}

// Close is not called: crypto/tls closes only when it is closed.
func (w *wire) Close() error                     { return w.c.s.Close() }
func (w *wire) SetDeadline(time.Time) error      { return nil }
func (w *wire) SetReadDeadline(time.Time) error  { return nil }
func (w *wire) SetWriteDeadline(time.Time) error { return nil }
