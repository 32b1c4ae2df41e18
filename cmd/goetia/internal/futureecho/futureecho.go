// Package futureecho is a TCP server that sends back what it receives, made of futures: each
// connection is a task that waits for its socket, on one of several loops with an executor
// each. One that has nothing to say holds neither a goroutine nor a buffer.
//
// What a peer does not take is kept for it, up to what one read brings, and it is not read from
// meanwhile.
package futureecho

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"sync/atomic"
	"time"

	"github.com/goetia-go/goetia"
	"github.com/goetia-go/goetia/aio"
	"github.com/goetia-go/goetia/cmd/goetia/internal/echo"
	"github.com/goetia-go/goetia/cmd/goetia/internal/sock"
	"github.com/goetia-go/goetia/poll"
)

// Options are a server's settings.
type Options struct {
	// Mechanism drives the Reactors; empty is the system's default.
	Mechanism poll.Mechanism
	// Loops is how many there are.
	Loops int
	// Coroutines has each connection be a coroutine that awaits, in the place of a state
	// machine that is polled.
	Coroutines bool
	// Drain is how long a stopping server waits for its peers; 0 is [echo.DefaultDrain].
	Drain time.Duration
}

const readSize = 64 << 10

// Server echoes. Make one with [Listen] and run it with Serve, which also closes it.
type Server struct {
	loops      []*loop
	listener   *aio.Listener
	next       int
	coroutines bool
	// drainTime is how long peers have when it stops.
	drainTime time.Duration

	counts struct {
		accepted, closed, peak, messages, in, out, pauses, resets, errors, acceptErrors atomic.Uint64
	}
	final echo.Counts
}

// Listen opens the loops and the listener.
func Listen(addr string, o Options) (*Server, error) {
	s := &Server{coroutines: o.Coroutines, drainTime: cmp.Or(o.Drain, echo.DefaultDrain)}
	for range max(o.Loops, 1) {
		al, err := aio.New(goetia.WithMechanism(o.Mechanism))
		if err != nil {
			return nil, errors.Join(err, s.close())
		}
		s.loops = append(s.loops, newLoop(s, al))
	}
	var err error
	if s.listener, err = s.loops[0].aio.Listen("tcp", addr); err != nil {
		return nil, errors.Join(fmt.Errorf("cannot listen on %s: %s", addr, sock.Reason(err)), s.close())
	}
	return s, nil
}

// Addr is where the server listens.
func (s *Server) Addr() sock.Addr {
	return sock.TCP(s.listener.Addr().(*net.TCPAddr).AddrPort())
}

// Mechanism is the one that drives the loops.
func (s *Server) Mechanism() poll.Mechanism { return s.loops[0].aio.Reactor().Mechanism() }

// Serve echoes until ctx is done and then drains: it stops accepting and echoing, sends what it has
// read, tells its peers the end, and discards what they still send until they have closed. Those that
// take longer than [Options].Drain are cut off. It may be called once.
func (s *Server) Serve(ctx context.Context) error {
	failed := make(chan error, len(s.loops))
	for _, l := range s.loops {
		l.stopAt(ctx)
	}
	s.loops[0].acceptFrom(s.listener)
	for _, l := range s.loops[1:] {
		go func() { failed <- l.run() }()
	}
	err := s.loops[0].run()
	for range s.loops[1:] {
		err = errors.Join(err, <-failed)
	}
	s.final = s.count()
	return errors.Join(err, s.close())
}

func (s *Server) close() error {
	var err error
	for _, l := range s.loops {
		err = errors.Join(err, l.aio.Close())
	}
	return err
}

// deal gives an accepted connection to the loop whose turn it is.
func (s *Server) deal(c *aio.Conn) error {
	if n := s.counts.accepted.Add(1) - s.counts.closed.Load(); n > s.counts.peak.Load() {
		s.counts.peak.Store(n)
	}
	l := s.loops[s.next%len(s.loops)]
	s.next++
	if l == s.loops[0] {
		l.add(c)
		return nil
	}
	moved, err := c.MoveTo(l.aio)
	if err == nil {
		l.add(moved)
	}
	return err
}

func (s *Server) count() echo.Counts {
	n := &s.counts
	c := echo.Counts{
		Accepted: n.accepted.Load(), Closed: n.closed.Load(), Peak: n.peak.Load(), Messages: n.messages.Load(),
		BytesIn: n.in.Load(), BytesOut: n.out.Load(), Pauses: n.pauses.Load(), Resets: n.resets.Load(),
		Errors: n.errors.Load(), AcceptErrors: n.acceptErrors.Load(),
	}
	for _, l := range s.loops {
		c.Add(echo.Counts{Poller: l.aio.Reactor().Stats().Poll})
	}
	return c
}

// Counts is what the server has done; it is complete once Serve has returned and zero
// before.
func (s *Server) Counts() echo.Counts { return s.final }
