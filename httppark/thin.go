package httppark

import (
	"errors"
	"net"
	"net/netip"
	"os"
	"sync"
	"syscall"
	"time"

	"github.com/goetia-go/goetia"
)

// thin is a connection in its parking place that has given up its net.TCPConn, and with
// it what package net and the runtime's poller keep for one: more than half of what
// a parked connection costs otherwise. What is left is a descriptor of the same socket.
type thin struct {
	// mu keeps the descriptor from being closed while it is in use.
	mu sync.Mutex
	// file owns the descriptor once there was an attempt to make a net.TCPConn of it.
	file *os.File
	// remote is kept here because the kernel forgets it when the peer resets the connection.
	remote netip.AddrPort
	// local is this end's address once the descriptor is closed, for a hook that is told of
	// the end, or who has asked before.
	local  *net.TCPAddr
	fd     int32
	closed bool
}

// slim replaces a connection that is about to be parked, and says whether it did. Otherwise
// the connection stays what it is: if the process is short of descriptors, say.
func (l *Listener) slim(c *conn) bool {
	tcp, ok := c.inner.(*net.TCPConn)
	if !ok {
		return false
	}
	c.mu.Lock()
	may := c.replaceable()
	c.mu.Unlock()
	if !may {
		return false
	}
	t, err := c.detach(tcp)
	return err == nil && c.swap(tcp, t)
}

// swap puts a thin connection in the place of a whole one, unless that cannot be done any more.
func (c *conn) swap(tcp *net.TCPConn, t *thin) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.is(left) || !c.replaceable() {
		_ = t.replaced(tcp)
		return false
	}
	if c.watch != nil { // it was parked as it was before
		c.watch.Release()
	}
	c.inner, c.watch = t, nil
	c.flags &^= reading
	_ = tcp.Close()  // the socket stays open
	c.l.spare.keep() // there is a descriptor free now
	return true
}

// replaceable says whether nobody would notice that the connection is another one. It is called
// with the lock held.
func (c *conn) replaceable() bool {
	// The server takes deadlines for writing away after each request. This is a hook's.
	return c.flags&(taken|writing) == 0
}

// fatten gives a thin connection its net.TCPConn back, and says whether its watch was still
// waiting, which it does not any more. It is called with the lock held. If it fails the
// connection is as it was.
func (c *conn) fatten() (waited bool, err error) {
	t, ok := c.inner.(*thin)
	if !ok {
		return false, nil
	}
	spare := &c.l.spare
	full, err := t.attach()
	switch {
	case err == nil:
		defer spare.keep()
	case scarce(err) && spare.give():
		defer spare.back() // once the other descriptor is closed
		full, err = t.attach()
	}
	if err != nil {
		return false, err
	}
	c.l.tunings.restore(c.tuning, full)
	if c.watch != nil {
		// Epoll would keep the registration for as long as the socket is open.
		waited = c.watch.Release()
	}
	_ = t.replaced(full)
	c.inner, c.watch = full, nil
	if full.RemoteAddr() == nil {
		c.inner = &stray{full, net.TCPAddrFromAddrPort(t.remote)}
	}
	return waited, nil
}

// stray is a connection that was reset while it was parked, with something left to read.
type stray struct {
	*net.TCPConn
	remote net.Addr
}

func (s *stray) RemoteAddr() net.Addr { return s.remote }

// regain has a parked connection be one of package net again, and says whether it is, and
// what its pause has cost. It is called once for each pause, or once at a time: tried is how
// often it has failed in this one.
func (c *conn) regain(r goetia.Readiness, tried int) (paid price, ok bool) {
	const ends = goetia.ReadClosed | goetia.HangUp | goetia.Error
	why := &c.l.counts.gone
	c.mu.Lock()
	t, thin := c.inner.(*thin)
	switch {
	case !c.is(parked):
		c.mu.Unlock()
		return 0, false
	case !thin:
		c.mu.Unlock()
		return parking, true
	case (r&ends != 0 || tried > 0) && t.ended():
		// Most connections end so, and need no server for that.
	default:
		_, err := c.fatten()
		if err == nil {
			c.mu.Unlock()
			return slimming, true
		}
		switch {
		case !scarce(err):
			why = &c.l.counts.failed
		case t.lost(time.Duration(tried)*starves >= forgives):
			// Its descriptor is of more use to another one.
		default:
			c.mu.Unlock()
			c.l.counts.starved.Add(1)
			time.AfterFunc(starves, func() { c.resume(0, tried+1) })
			return 0, false
		}
	}
	c.mu.Unlock()
	c.l.forget(c)
	c.drop(why)
	return 0, false
}

// starves is how long a connection waits that cannot be served again for want of a descriptor,
// forgives how long it does so although its peer sends nothing more, and may have closed.
const (
	starves  = 50 * time.Millisecond
	forgives = time.Second
)

// take is the connection beneath for somebody who asks for it. It is his from now on, and not
// replaced any more.
func (c *conn) take() net.Conn {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.flags |= taken
	if c.is(left) || c.is(parked) {
		waited, err := c.fatten()
		if err == nil && waited {
			if c.watch, err = c.l.reactor.AfterReadable(c.inner, c.ready); err != nil {
				go c.ready(0) // which has the server find out
			}
		}
	}
	if s, ok := c.inner.(*stray); ok {
		return s.TCPConn
	}
	return c.inner
}

// use calls f with the descriptor.
func (t *thin) use(f func(fd uintptr)) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return net.ErrClosed
	}
	f(uintptr(t.fd))
	return nil
}

// Close closes the descriptor, of which the Reactor must have let go. The connection still knows
// its addresses.
func (t *thin) Close() error {
	return t.end(func() *net.TCPAddr { return localOf(t.fd) })
}

// replaced is Close with another connection of the same socket in its place.
func (t *thin) replaced(by *net.TCPConn) error {
	return t.end(func() *net.TCPAddr {
		local, _ := by.LocalAddr().(*net.TCPAddr)
		return local
	})
}

func (t *thin) end(local func() *net.TCPAddr) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return net.ErrClosed
	}
	t.closed, t.local = true, local()
	if t.file != nil {
		return t.file.Close()
	}
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

// LocalAddr asks the kernel, which knows it until the socket is closed.
func (t *thin) LocalAddr() net.Addr {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return t.local
	}
	return localOf(t.fd)
}

func (t *thin) RemoteAddr() net.Addr { return net.TCPAddrFromAddrPort(t.remote) }
