// Package reactorecho is a TCP server that sends back what it receives, made of ordinary
// net.Conns and a Reactor: a connection that has nothing to say holds no goroutine and no
// buffer.
//
// One that has is given a goroutine and a buffer until it has no more to say. A peer that
// sends and never reads keeps its goroutine in Write, and is not read from
// meanwhile.
package reactorecho

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/goetia-go/goetia"
	"github.com/goetia-go/goetia/cmd/goetia/internal/echo"
	"github.com/goetia-go/goetia/cmd/goetia/internal/sock"
	"github.com/goetia-go/goetia/poll"
)

// Options are a server's settings.
type Options struct {
	// Mechanism drives the Reactor; empty is the system's default.
	Mechanism poll.Mechanism
	// Shards is how many Pollers there are.
	Shards int
	// Drain is how long a stopping server waits for its peers; 0 is [echo.DefaultDrain].
	Drain time.Duration
}

const (
	readSize    = 16 << 10
	firstRest   = 5 * time.Millisecond
	longestRest = time.Second
)

// Server echoes. Make one with [Listen] and run it with Serve, which also closes it.
type Server struct {
	reactor  *goetia.Reactor
	listener net.Listener
	// drainTime is how long peers have when it stops.
	drainTime time.Duration

	mu    sync.Mutex
	conns map[*conn]struct{}
	// stopping: nothing more is to be echoed.
	stopping atomic.Bool
	// empty is closed when the server stops and has no connections left.
	empty chan struct{}

	counts struct {
		accepted, closed, peak, messages, in, out, resets, errors, acceptErrors atomic.Uint64
	}
	final echo.Counts
}

type conn struct {
	*net.TCPConn
	watch *goetia.Watch
	// ended: the peer has been told that there is no more, and what it still sends is discarded. It
	// belongs to the watch's callback, or to whoever has stopped the watch.
	ended bool
}

// Listen opens the Reactor and the listener.
func Listen(addr string, o Options) (*Server, error) {
	r, err := goetia.New(goetia.WithBackground(), goetia.WithMechanism(o.Mechanism), goetia.WithShards(max(o.Shards, 1)))
	if err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("cannot listen on %s: %s", addr, sock.Reason(err)), r.Close())
	}
	return &Server{
		reactor: r, listener: l, drainTime: cmp.Or(o.Drain, echo.DefaultDrain),
		conns: make(map[*conn]struct{}), empty: make(chan struct{}),
	}, nil
}

// Addr is where the server listens.
func (s *Server) Addr() sock.Addr {
	return sock.TCP(s.listener.Addr().(*net.TCPAddr).AddrPort())
}

// Mechanism is the one that drives the Reactor.
func (s *Server) Mechanism() poll.Mechanism { return s.reactor.Mechanism() }

// Serve echoes until ctx is done and then drains: it stops accepting and echoing, sends what it has
// read, tells its peers the end, and discards what they still send until they have closed. Those that
// take longer than [Options].Drain are cut off. It may be called once.
func (s *Server) Serve(ctx context.Context) error {
	stop := context.AfterFunc(ctx, func() { _ = s.listener.Close() })
	defer stop()
	err := s.accept(ctx)
	s.drain()
	s.final = s.count()
	return errors.Join(err, s.reactor.Close())
}

// accept takes connections until ctx is done. Without descriptors left it rests for a
// while and tries again.
func (s *Server) accept(ctx context.Context) error {
	rest := time.Duration(0)
	for {
		c, err := s.listener.Accept()
		switch {
		case err == nil:
			rest = 0
			s.add(c)
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, net.ErrClosed):
			return err
		default:
			s.counts.acceptErrors.Add(1)
			rest = min(max(2*rest, firstRest), longestRest)
			select {
			case <-ctx.Done():
			case <-time.After(rest):
			}
		}
	}
}

func (s *Server) add(nc net.Conn) {
	c := &conn{TCPConn: nc.(*net.TCPConn)}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.conns[c] = struct{}{}
	s.counts.accepted.Add(1)
	if n := uint64(len(s.conns)); n > s.counts.peak.Load() {
		s.counts.peak.Store(n)
	}
	var err error
	if c.watch, err = s.reactor.NewWatch(nc, goetia.Readable, func(r goetia.Readiness) { s.ready(c, r) }); err == nil {
		err = c.watch.Rearm()
	}
	if err != nil {
		s.counts.errors.Add(1)
		s.forget(c)
	}
}

var buffers = sync.Pool{New: func() any { return new([readSize]byte) }}

// ready echoes what is there. Its goroutine ends when there is no more.
func (s *Server) ready(c *conn, r goetia.Readiness) {
	if r.Err() != nil {
		s.close(c)
		return
	}
	ended := c.ended
	err := s.echo(c)
	if err == nil {
		err = c.watch.Rearm()
	}
	if err == nil && !ended && s.stopping.Load() {
		err = c.end() // drain has found the watch busy, perhaps
	}
	switch {
	case err == nil:
		return
	case errors.Is(err, io.EOF), errors.Is(err, net.ErrClosed):
	case sock.IsReset(err):
		s.counts.resets.Add(1)
	default:
		s.counts.errors.Add(1)
	}
	s.close(c)
}

func (s *Server) echo(c *conn) error {
	buf := buffers.Get().(*[readSize]byte)
	defer buffers.Put(buf)
	n, err := c.Read(buf[:])
	if err != nil || c.ended {
		return err
	}
	s.counts.messages.Add(1)
	s.counts.in.Add(uint64(n))
	n, err = c.Write(buf[:n])
	s.counts.out.Add(uint64(n))
	return err
}

// end tells the peer that there is no more, unless a callback is at work, which then does it. The
// peer's own end is waited for: closing a socket with unread bytes is a reset, which takes from the
// peer what it has not yet got.
func (c *conn) end() error {
	if !c.watch.Stop() {
		return nil
	}
	if !c.ended {
		c.ended = true
		_ = c.CloseWrite() // a read says what is wrong
	}
	return c.watch.Rearm()
}

func (s *Server) close(c *conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forget(c)
}

// forget closes a connection, once. It is called with the lock held.
func (s *Server) forget(c *conn) {
	if _, ok := s.conns[c]; !ok {
		return
	}
	delete(s.conns, c)
	_ = c.Close()
	s.counts.closed.Add(1)
	if s.stopping.Load() && len(s.conns) == 0 {
		close(s.empty)
	}
}

// drain ends the connections, and after a while closes those that are left.
func (s *Server) drain() {
	s.mu.Lock()
	s.stopping.Store(true)
	if len(s.conns) == 0 {
		close(s.empty)
	}
	for c := range s.conns {
		if c.end() != nil {
			s.forget(c)
		}
	}
	s.mu.Unlock()
	select {
	case <-s.empty:
		return
	case <-time.After(s.drainTime):
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.conns {
		s.forget(c)
	}
}

func (s *Server) count() echo.Counts {
	n := &s.counts
	return echo.Counts{
		Accepted: n.accepted.Load(), Closed: n.closed.Load(), Peak: n.peak.Load(), Messages: n.messages.Load(),
		BytesIn: n.in.Load(), BytesOut: n.out.Load(), Resets: n.resets.Load(), Errors: n.errors.Load(),
		AcceptErrors: n.acceptErrors.Load(), Poller: s.reactor.Stats().Poll,
	}
}

// Counts is what the server has done; it is complete once Serve has returned and zero
// before.
func (s *Server) Counts() echo.Counts { return s.final }
