package echo

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/goetia-go/goetia/cmd/goetia/internal/sock"
	"github.com/goetia-go/goetia/poll"
)

// Options are a server's settings. Zero fields have useful meanings.
type Options struct {
	// Mechanism drives the loops; empty is the system's default.
	Mechanism poll.Mechanism
	// Loops is the number of event loops; 0 is one.
	Loops int
	// HighWater is how many bytes may be kept for a connection before it is
	// no longer read from; 0 is 256 KiB. A read that is under way may add
	// 64 KiB.
	HighWater int
	// Drain is how long a stopping server waits for its peers; 0 is
	// [DefaultDrain].
	Drain time.Duration
}

const (
	defaultHighWater = 256 << 10
	// DefaultDrain is how long a server that stops waits for its peers to take
	// what is theirs and to close.
	DefaultDrain = time.Second
)

// Server echoes. Make one with [Listen] and run it with Serve.
type Server struct {
	options  Options
	listener sock.Socket
	address  sock.Addr
	loops    []*loop
	stopping atomic.Bool
	active   atomic.Int64
	peak     atomic.Int64
	paused   atomic.Int64

	mu     sync.Mutex
	counts Counts
}

// Listen opens the listener and the Pollers. Connections wait until Serve, which
// must be called, since it also gives everything back.
func Listen(addr sock.Addr, o Options) (*Server, error) {
	if o.Loops <= 0 {
		o.Loops = 1
	}
	if o.HighWater <= 0 {
		o.HighWater = defaultHighWater
	}
	o.Drain = cmp.Or(o.Drain, DefaultDrain)
	s := &Server{options: o}
	for range o.Loops {
		p, err := poll.New(poll.WithMechanism(o.Mechanism))
		if err != nil {
			s.closePollers()
			return nil, err
		}
		s.loops = append(s.loops, newLoop(s, p))
	}
	listener, err := sock.Listen(addr)
	if err != nil {
		s.closePollers()
		return nil, fmt.Errorf("cannot listen on %s: %s", addr, sock.Reason(err))
	}
	if err := s.loops[0].poller.Add(listener.Source(), listenerKey, poll.Readable, poll.Level); err != nil {
		_ = listener.Close()
		s.closePollers()
		return nil, err
	}
	s.listener, s.address = listener, listener.Local(addr.Network())
	return s, nil
}

// Addr is where the server listens.
func (s *Server) Addr() sock.Addr { return s.address }

// Mechanism is the one that drives the loops.
func (s *Server) Mechanism() poll.Mechanism { return s.loops[0].poller.Mechanism() }

// Active is the number of connections now.
func (s *Server) Active() int { return int(s.active.Load()) }

// Paused is the number of connections that are not read from now because their
// peers do not take what was sent back.
func (s *Server) Paused() int { return int(s.paused.Load()) }

// Serve echoes until ctx is done and then drains: it stops accepting and
// echoing, sends what it has kept for its peers, tells them the end, discards
// what they still send until they have closed, and returns nil. Peers that take
// longer than [Options].Drain are cut off. It returns an error only if an event
// loop fails. It may be called once.
func (s *Server) Serve(ctx context.Context) error {
	forget := context.AfterFunc(ctx, s.stop)
	defer forget()
	var running sync.WaitGroup
	errs := make([]error, len(s.loops))
	for i, l := range s.loops {
		running.Go(func() {
			var a *acceptor
			if i == 0 {
				a = &acceptor{listener: s.listener}
				defer a.stop(l)
			}
			if errs[i] = l.run(a); errs[i] != nil {
				s.stop()
			}
		})
	}
	running.Wait()
	s.finish()
	return errors.Join(errs...)
}

// stop makes every loop look up. The Pollers are open for as long as loops run;
// a notification that comes later fails, and nobody is left to miss it.
func (s *Server) stop() {
	s.stopping.Store(true)
	for _, l := range s.loops {
		_ = l.poller.Notify()
	}
}

// finish adds up the counts and gives back what the loops have left.
func (s *Server) finish() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range s.loops {
		// Connections dealt to a loop that had ended already.
		l.takeInbox()
		l.closeAll()
		l.counts.Poller = l.poller.Stats()
		s.counts.Add(l.counts)
	}
	s.counts.Peak = uint64(s.peak.Load())
	s.closePollers()
}

// Counts is what the server has done; it is complete once Serve has returned
// and zero before.
func (s *Server) Counts() Counts {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.counts
}

// enter counts a connection in. Only the first loop accepts, so the peak needs
// no loop of its own.
func (s *Server) enter() {
	if n := s.active.Add(1); n > s.peak.Load() {
		s.peak.Store(n)
	}
}

func (s *Server) closePollers() {
	for _, l := range s.loops {
		_ = l.poller.Close()
	}
}
