package echo

import (
	"io"

	"github.com/goetia-go/goetia/aio"
	"github.com/goetia-go/goetia/future"
)

// Futures returns a future that echoes to all that l accepts, until l is closed.
func Futures(l *aio.Listener, local *future.Local) future.Future[error] {
	return future.PollFunc[error](func(cx *future.Context) (error, bool) {
		for cx.Spend() {
			conn, ready, err := l.PollAccept(cx)
			if !ready || err != nil {
				return err, ready
			}
			future.Spawn[error](local, &session{conn: conn})
		}
		return nil, false
	})
}

// session echoes to one connection. What a goroutine would have on its stack are its fields, and
// where it would be waiting is said by them: it writes while there is something to write.
type session struct {
	conn *aio.Conn
	buf  [4096]byte
	rest []byte
}

// Poll implements future.Future.
func (s *session) Poll(cx *future.Context) (error, bool) {
	for cx.Spend() {
		if len(s.rest) > 0 {
			n, ready, err := s.conn.PollWrite(cx, s.rest)
			if !ready {
				return nil, false
			}
			s.rest = s.rest[n:]
			if err != nil {
				return s.end(err)
			}
			continue
		}
		n, ready, err := s.conn.PollRead(cx, s.buf[:])
		if !ready {
			return nil, false
		}
		s.rest = s.buf[:n]
		if err != nil {
			return s.end(err)
		}
	}
	return nil, false
}

func (s *session) end(err error) (error, bool) {
	if err == io.EOF {
		err = nil
	}
	if e := s.conn.Close(); err == nil {
		err = e
	}
	return err, true
}

// Cancel implements future.Canceler: who is cancelled hangs up.
func (s *session) Cancel() { s.conn.Close() }
