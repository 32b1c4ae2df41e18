package futureecho

import (
	"errors"
	"io"
	"net"

	"github.com/goetia-go/goetia/aio"
	"github.com/goetia-go/goetia/cmd/goetia/internal/sock"
	"github.com/goetia-go/goetia/future"
)

// session is the task of one connection.
type session struct {
	l *loop
	c *aio.Conn
	// rest is what was read and the peer has not taken.
	rest    []byte
	started bool
	// read: everything was read, and what was written is to be with the system.
	read bool
}

// Poll implements [future.Future].
func (s *session) Poll(cx *future.Context) (struct{}, bool) {
	if !s.started {
		s.started = true
		s.begin()
	}
	ready, err := s.echo(cx)
	if !ready {
		return struct{}{}, false
	}
	s.end(err)
	return struct{}{}, true
}

func (s *session) begin() {
	s.l.sessions[s] = struct{}{}
	if s.l.stopping {
		_ = s.c.Close()
	}
}

func (s *session) echo(cx *future.Context) (ready bool, err error) {
	n := &s.l.server.counts
	for {
		if len(s.rest) > 0 {
			wrote, ready, err := s.write(cx, s.rest)
			if !ready || err != nil {
				return ready, err
			}
			if s.rest = s.rest[wrote:]; len(s.rest) > 0 {
				continue
			}
			s.rest = nil // the peer is idle for longer than it is slow
		}
		switch {
		case s.read:
			return s.c.PollFlush(cx)
		case s.l.stopping:
			s.read = true
			continue
		}
		got, ready, err := s.c.PollRead(cx, s.l.buf)
		switch {
		case err == io.EOF:
			s.read = true
			continue
		case !ready || err != nil:
			return ready, err
		}
		n.messages.Add(1)
		n.in.Add(uint64(got))
		data := s.l.buf[:got]
		for len(data) > 0 {
			wrote, ready, err := s.write(cx, data)
			if err != nil {
				return true, err
			}
			if data = data[wrote:]; !ready {
				// The buffer is everybody's.
				s.rest = append([]byte(nil), data...)
				n.pauses.Add(1)
				return false, nil
			}
		}
	}
}

func (s *session) write(cx *future.Context, b []byte) (n int, ready bool, err error) {
	n, ready, err = s.c.PollWrite(cx, b)
	s.l.server.counts.out.Add(uint64(n))
	return n, ready, err
}

// end closes the connection and counts why.
func (s *session) end(err error) {
	n := &s.l.server.counts
	switch {
	case err == nil, errors.Is(err, net.ErrClosed):
	case sock.IsReset(err):
		n.resets.Add(1)
	default:
		n.errors.Add(1)
	}
	_ = s.c.Close() // it may be closed already
	n.closed.Add(1)
	delete(s.l.sessions, s)
	s.l.empty.Wake()
}
