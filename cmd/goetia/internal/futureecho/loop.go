package futureecho

import (
	"context"
	"time"

	"github.com/goetia-go/goetia/aio"
	"github.com/goetia-go/goetia/coro"
	"github.com/goetia-go/goetia/future"
)

// loop runs the sessions that were dealt to it. What is not a method that says so is used by
// its tasks only.
type loop struct {
	server *Server
	aio    *aio.Loop
	local  *future.Local
	// sessions are those that have begun and not ended.
	sessions map[*session]struct{}
	listener *aio.Listener
	stopping bool
	// empty is woken when a session has ended while the loop stops.
	empty future.Slot
	// buf is what all sessions read into.
	buf []byte
}

func newLoop(s *Server, l *aio.Loop) *loop {
	return &loop{
		server: s, aio: l, local: l.NewLocal(future.LocalOptions{}),
		sessions: make(map[*session]struct{}), buf: make([]byte, readSize),
	}
}

// run drives the loop until it has stopped.
func (l *loop) run() error { return l.local.Run(context.Background()) }

// stopAt has the loop stop when ctx is done.
func (l *loop) stopAt(ctx context.Context) {
	s := &stop{l: l, ctx: ctx}
	context.AfterFunc(ctx, s.slot.Wake)
	future.Spawn(l.local, future.Future[struct{}](s))
}

// stop is the task that stops a loop.
type stop struct {
	l    *loop
	ctx  context.Context
	slot future.Slot
	// rest is when those are cut off that are left.
	rest future.Future[time.Time]
}

func (s *stop) Poll(cx *future.Context) (struct{}, bool) {
	s.slot.Register(cx.Waker())
	if s.ctx.Err() == nil {
		return struct{}{}, false
	}
	if s.rest == nil {
		s.rest = s.l.aio.After(s.l.server.drainTime)
		s.l.stop()
	}
	s.l.empty.Register(cx.Waker())
	if len(s.l.sessions) == 0 {
		future.Cancel(s.rest)
		return struct{}{}, true
	}
	if _, over := s.rest.Poll(cx); over {
		s.l.cutOff()
		return struct{}{}, true
	}
	return struct{}{}, false
}

// stop has the sessions finish.
func (l *loop) stop() {
	l.stopping = true
	if l.listener != nil {
		_ = l.listener.Close() // it may be closed already
	}
	for s := range l.sessions {
		s.waker.Wake()
	}
}

// cutOff closes what is left, which then ends by itself.
func (l *loop) cutOff() {
	for s := range l.sessions {
		_ = s.c.Close()
	}
}

// acceptFrom has the loop accept connections.
func (l *loop) acceptFrom(a *aio.Listener) {
	l.listener = a
	incoming := a.Incoming()
	future.Spawn(l.local, future.PollFunc[struct{}](func(cx *future.Context) (struct{}, bool) {
		for {
			r, ok, ready := incoming.PollNext(cx)
			switch {
			case !ready:
				return struct{}{}, false
			case !ok:
				return struct{}{}, true
			case r.Err != nil:
				l.server.counts.acceptErrors.Add(1) // the Listener rests
			default:
				if err := l.server.deal(r.Value); err != nil {
					l.server.counts.errors.Add(1)
					l.server.counts.closed.Add(1)
				}
			}
		}
	}))
}

// add begins to serve a connection. It may be called from anywhere.
func (l *loop) add(c *aio.Conn) {
	s := &session{l: l, c: c}
	if l.server.coroutines {
		coro.Spawn(l.local, s.run)
		return
	}
	future.Spawn(l.local, future.Future[struct{}](s))
}
