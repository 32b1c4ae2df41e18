package aio

import (
	"context"
	"errors"
	"net"
	"os"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/goetia-go/goetia"
	"github.com/goetia-go/goetia/future"
)

// Listener accepts connections: TCP or Unix. One task at a time accepts; the other methods are safe
// for concurrent use.
type Listener struct {
	port
	nl acceptor
	ways
	// rest is how long it rests after the next failure, and resting that it does.
	rest    time.Duration
	resting atomic.Bool
}

// acceptor is a listener that does not block for longer than it is told to.
type acceptor interface {
	net.Listener
	SetDeadline(time.Time) error
}

const (
	// shortestRest and longestRest are how long a Listener rests that has failed for
	// want of something that others may give back.
	shortestRest = 5 * time.Millisecond
	longestRest  = time.Second
	// acceptGuard is how long an accept may block that was said not to. It happens if
	// another process takes the connection, or the peer takes it back.
	acceptGuard = 2 * time.Millisecond
)

// Listen listens as net.Listen does: on TCP or Unix. It does not wait, unless the address has a
// host name that must be looked up.
func (l *Loop) Listen(network, address string) (*Listener, error) {
	return l.ListenWith(&net.ListenConfig{}, network, address)
}

// ListenWith is Listen with settings of package net.
func (l *Loop) ListenWith(config *net.ListenConfig, network, address string) (*Listener, error) {
	nl, err := config.Listen(context.Background(), network, address)
	if err != nil {
		return nil, err
	}
	a, err := l.NewListener(nl)
	if err != nil {
		return nil, errors.Join(err, nl.Close())
	}
	a.know(config)
	return a, nil
}

// NewListener takes over a listener of package net that has a descriptor, such as
// *net.TCPListener and *net.UnixListener, or is a [goetia.Notifier]; others are
// errors.ErrUnsupported. It goes on accepting as it was told to when it was made. From then on
// only the Listener accepts and closes.
func (l *Loop) NewListener(nl net.Listener) (*Listener, error) {
	ac, ok := nl.(acceptor)
	if !ok {
		return nil, errUnsupported("deadlines", nl)
	}
	a := &Listener{nl: ac}
	var src *goetia.Source
	var err error
	switch c := nl.(type) {
	case goetia.Notifier:
		a.bits.Or(soft)
		src, err = l.r.RegisterNotifier(c)
	case syscall.Conn:
		src, err = register(l, c)
	default:
		return nil, errUnsupported("a descriptor", nl)
	}
	if err != nil {
		return nil, err
	}
	a.open(l, src)
	a.r.state.Store(drained) // accepting begins with waiting
	return a, nil
}

// PollAccept returns the next connection. If it fails for want of descriptors or memory, which
// errors.Is tells as the system's error (EMFILE, say), the connection stays in the queue and
// the next call waits for a while, 5 ms at first and a second at most, before it tries
// again: so a server may simply go on accepting. After Close it is net.ErrClosed.
func (a *Listener) PollAccept(cx *future.Context) (c *Conn, ready bool, err error) {
	if !cx.Spend() {
		return nil, false, nil
	}
	for {
		if a.is(closed) {
			return nil, true, a.fail(net.ErrClosed)
		}
		if a.resting.Load() {
			a.r.slot.Register(cx.Waker())
			if a.resting.Load() && !a.is(closed|gone) {
				return nil, false, nil
			}
			if a.is(gone) {
				a.resting.Store(false) // the timer went with the Reactor
			}
			continue
		}
		if a.r.take() {
			got, err := a.accept()
			switch {
			case err == nil:
				a.rest = 0
				c, err = got.conn(a.l)
				return c, true, err
			case err == errAgain, errors.Is(err, os.ErrDeadlineExceeded): // somebody else was faster
			case exhausted(err):
				a.pause()
				return nil, true, err
			default:
				return nil, true, err
			}
		}
		if told, err := a.wait(cx, &a.r); err != nil {
			return nil, true, a.fail(err)
		} else if !told {
			return nil, false, nil
		}
	}
}

// acceptNet is called when there is a connection to accept. Package net first tries, and only
// then looks at the deadline, which loses no connection: on Windows, an accept that has
// succeeded before it could be cancelled is a success.
func (a *Listener) acceptNet() (net.Conn, error) {
	_ = a.nl.SetDeadline(soon()) // Accept fails likewise
	return a.nl.Accept()
}

// pause keeps the Listener from trying for a while. What it waits for is ready all the time.
func (a *Listener) pause() {
	a.rest = min(max(2*a.rest, shortestRest), longestRest)
	a.resting.Store(true)
	a.l.r.AfterFunc(a.rest, func() {
		a.resting.Store(false)
		a.r.slot.Wake()
	})
}

func (a *Listener) fail(err error) error {
	return &net.OpError{Op: "accept", Net: a.nl.Addr().Network(), Addr: a.nl.Addr(), Err: err}
}

// Accept is a future of [Listener.PollAccept]. If it is cancelled, the connection is there for
// the next one.
func (a *Listener) Accept() future.Future[future.Result[*Conn]] { return accepting{a} }

type accepting struct{ a *Listener }

func (f accepting) Poll(cx *future.Context) (future.Result[*Conn], bool) {
	c, ready, err := f.a.PollAccept(cx)
	return future.Result[*Conn]{Value: c, Err: err}, ready
}

func (f accepting) Cancel() { f.a.r.drop() }

// Incoming is the stream of a Listener's connections, and of what accepting fails with. It ends
// when the Listener or its Loop is closed.
type Incoming struct{ a *Listener }

// Incoming returns the stream of connections.
func (a *Listener) Incoming() Incoming { return Incoming{a} }

// PollNext returns the next connection or error; ok is false when there is no more to come.
func (s Incoming) PollNext(cx *future.Context) (r future.Result[*Conn], ok, ready bool) {
	c, ready, err := s.a.PollAccept(cx)
	if ready && s.a.is(closed) {
		if c != nil {
			_ = c.Close() // it was accepted while the Listener was being closed
		}
		return r, false, true
	}
	if errors.Is(err, net.ErrClosed) {
		return r, false, true // the Loop is: it would be the same for ever
	}
	return future.Result[*Conn]{Value: c, Err: err}, ready, ready
}

// Cancel implements [future.Canceler].
func (s Incoming) Cancel() { s.a.r.drop() }

// Addr is where it listens.
func (a *Listener) Addr() net.Addr { return a.nl.Addr() }

// Close ends it. Those who wait fail with net.ErrClosed.
func (a *Listener) Close() error {
	if !a.close() {
		return a.fail(net.ErrClosed)
	}
	return a.nl.Close()
}
