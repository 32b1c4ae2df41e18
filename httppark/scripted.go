package httppark

import (
	"io"
	"net"
	"os"
	"slices"
	"sync"
	"time"
)

// scripted is a connection in memory whose client sends what is written down, and then
// ends. It stands in for a client in probe.
type scripted struct {
	mu     sync.Mutex
	change sync.Cond
	chunks []string
	// empty is closed when all was read.
	empty chan struct{}
	// late: the read deadline has passed.
	late, closed bool
	// room is how much the last Read that is not for one byte could have taken.
	room int
}

func newScripted(chunks ...string) *scripted {
	s := &scripted{chunks: slices.Clone(chunks), empty: make(chan struct{})}
	s.change.L = &s.mu
	return s
}

// Read implements net.Conn.
func (s *scripted) Read(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(p) > 1 {
		s.room = len(p)
	}
	for {
		switch {
		case s.closed:
			return 0, net.ErrClosed
		case s.late:
			return 0, os.ErrDeadlineExceeded
		case len(s.chunks) > 0:
			n := copy(p, s.chunks[0])
			if s.chunks[0] = s.chunks[0][n:]; s.chunks[0] == "" {
				s.chunks = s.chunks[1:]
			}
			if len(s.chunks) == 0 {
				close(s.empty)
			}
			return n, nil
		case len(p) > 1:
			return 0, io.EOF
		}
		// A client that waits for an answer does not end. The server looks for that
		// with one byte, until it gives up.
		s.change.Wait()
	}
}

// Write implements net.Conn.
func (s *scripted) Write(p []byte) (int, error) { return len(p), nil }

// Close implements net.Conn.
func (s *scripted) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	s.change.Broadcast()
	return nil
}

// SetReadDeadline implements net.Conn.
func (s *scripted) SetReadDeadline(t time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.late = !t.IsZero() && !t.After(time.Now())
	s.change.Broadcast()
	return nil
}

// SetDeadline implements net.Conn.
func (s *scripted) SetDeadline(t time.Time) error { return s.SetReadDeadline(t) }

// SetWriteDeadline implements net.Conn.
func (s *scripted) SetWriteDeadline(time.Time) error { return nil }

// LocalAddr implements net.Conn.
func (s *scripted) LocalAddr() net.Addr { return &net.TCPAddr{} }

// RemoteAddr implements net.Conn.
func (s *scripted) RemoteAddr() net.Addr { return &net.TCPAddr{} }
