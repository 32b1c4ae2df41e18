package httppark

import (
	"errors"
	"net"
	"sync"
	"syscall"
	"time"

	"github.com/goetia-go/goetia"
)

// thin is a connection in its parking place that has given up its net.TCPConn, and with
// it what package net and the runtime's poller keep for one: more than half of what
// a parked connection costs otherwise. What is left is the descriptor.
type thin struct {
	// mu keeps the descriptor from being closed while it is in use.
	mu  sync.Mutex
	fd  uintptr
	src *goetia.Source
	// closing: somebody is about to close it, and nobody else may, since the number is
	// soon another one's. closed: the descriptor must not be used any more.
	closing, closed bool
}

// slim replaces a connection that is about to be parked, if it can be replaced, and makes its
// watch. Otherwise the connection stays what it is.
func (l *Listener) slim(c *conn) {
	tcp, ok := c.inner.(*net.TCPConn)
	if !ok {
		return
	}
	t, err := detach(tcp)
	if err != nil {
		return
	}
	src, err := l.reactor.RegisterConn(t)
	if err != nil {
		_ = t.Close()
		return
	}
	t.src = src
	w, err := l.reactor.NewWatch(t, goetia.Readable, c.ready)
	if err != nil {
		_ = t.Close()
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.is(left) { // closed meanwhile
		_ = t.Close()
		return
	}
	c.inner, c.watch = t, w
	c.flags &^= reading | writing
	_ = tcp.Close() // the descriptor is another one by now
}

// fatten gives a thin connection its net.TCPConn back. It is called with the lock held.
func (c *conn) fatten() error {
	t, ok := c.inner.(*thin)
	if !ok {
		return nil
	}
	full, err := t.attach()
	if err != nil {
		return err
	}
	c.inner, c.watch = full, nil
	return t.Close()
}

// use calls f with the descriptor.
func (t *thin) use(f func(fd uintptr)) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return net.ErrClosed
	}
	f(t.fd)
	return nil
}

// Close closes the descriptor, after the Reactor has let go of it.
func (t *thin) Close() error {
	t.mu.Lock()
	was := t.closing
	t.closing = true
	t.mu.Unlock()
	if was {
		return net.ErrClosed
	}
	if t.src != nil {
		_ = t.src.Close() // it fails if the Reactor is closed
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.closed = true
	return closeDescriptor(t.fd)
}

// SyscallConn implements syscall.Conn, for the Reactor.
func (t *thin) SyscallConn() (syscall.RawConn, error) { return (*rawThin)(t), nil }

// rawThin is a thin connection as a syscall.RawConn.
type rawThin thin

func (r *rawThin) Control(f func(fd uintptr)) error { return (*thin)(r).use(f) }

func (*rawThin) Read(func(fd uintptr) bool) error { return errors.ErrUnsupported }

func (*rawThin) Write(func(fd uintptr) bool) error { return errors.ErrUnsupported }

// Who reads or writes a connection that is idle breaks into the server's business, so that is
// refused rather than made possible.

func (*thin) Read([]byte) (int, error) { return 0, errThin }

func (*thin) Write([]byte) (int, error) { return 0, errThin }

func (*thin) SetDeadline(time.Time) error { return errThin }

func (*thin) SetReadDeadline(time.Time) error { return errThin }

func (*thin) SetWriteDeadline(time.Time) error { return errThin }

var errThin = errors.New("httppark: the connection is parked")

func (t *thin) LocalAddr() net.Addr {
	local, _ := t.addrs()
	return local
}

func (t *thin) RemoteAddr() net.Addr {
	_, remote := t.addrs()
	return remote
}
