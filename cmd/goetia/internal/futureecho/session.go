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
	rest []byte
	// waker has the session look whether its loop stops.
	waker   future.Waker
	started bool
	// read: everything was read that is to be echoed.
	read bool
	// eof: the peer has sent everything.
	eof bool
	// ended: the peer has been told that there is no more.
	ended bool
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
		_ = s.c.Close() // nothing was echoed that could be lost
	}
}

func (s *session) echo(cx *future.Context) (ready bool, err error) {
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
		if s.read {
			return s.finish(cx)
		}
		got, ready, err := s.next(cx)
		switch {
		case err == io.EOF:
			s.read = true
			continue
		case !ready || err != nil:
			return ready, err
		}
		data := s.l.buf[:got]
		for len(data) > 0 {
			wrote, ready, err := s.write(cx, data)
			if err != nil {
				return true, err
			}
			if data = data[wrote:]; !ready {
				// The buffer is everybody's.
				s.rest = append([]byte(nil), data...)
				s.l.server.counts.pauses.Add(1)
				return false, nil
			}
		}
	}
}

// next reads what is to be echoed into the loop's buffer. The error is io.EOF when there is no more,
// because the peer has ended or the loop stops.
func (s *session) next(cx *future.Context) (got int, ready bool, err error) {
	s.waker = cx.Waker()
	if s.l.stopping {
		return 0, true, io.EOF
	}
	got, ready, err = s.c.PollRead(cx, s.l.buf)
	s.eof = err == io.EOF
	if ready && err == nil {
		s.l.server.counts.messages.Add(1)
		s.l.server.counts.in.Add(uint64(got))
	}
	return got, ready, err
}

// finish tells the peer that there is no more, and discards what it still sends until its own end:
// closing a socket with unread bytes is a reset, which takes from the peer what it has not yet got.
func (s *session) finish(cx *future.Context) (ready bool, err error) {
	if !s.ended {
		if ready, err := s.c.PollFlush(cx); !ready || err != nil {
			return ready, err
		}
		s.ended = true
		if !s.eof {
			_, _ = s.c.PollCloseWrite(cx) // it is ready after PollFlush, and a read says what is wrong
		}
	}
	for !s.eof {
		_, ready, err := s.c.PollRead(cx, s.l.buf)
		if err == io.EOF {
			break
		}
		if !ready || err != nil {
			return ready, err
		}
	}
	return true, nil
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
