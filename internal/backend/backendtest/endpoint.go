package backendtest

import (
	"errors"
	"fmt"
	"io"
	"sync"
	"testing"
	"time"
)

// ErrWouldBlock is returned by an Endpoint's Read and Write instead of waiting.
var ErrWouldBlock = errors.New("backendtest: would block")

// errInProgress: a connection attempt has begun and not ended.
var errInProgress = errors.New("backendtest: connect in progress")

type handler interface{ Handle() uintptr }

// Endpoint is one end of a stream that never blocks.
type Endpoint interface {
	// Handle is the number to register.
	Handle() uintptr
	// Read returns io.EOF at the end of the stream.
	Read(p []byte) (int, error)
	Write(p []byte) (int, error)
	// CloseWrite sends the end of the stream.
	CloseWrite() error
	// Reset closes and lets the other end know that it was not in order.
	Reset() error
	// Close closes. Calls after the first do nothing.
	Close() error
}

// socket is a nonblocking socket of this system.
type socket struct {
	mu     sync.Mutex
	h      uintptr
	closed bool
}

var _ Endpoint = (*socket)(nil)

func (s *socket) Handle() uintptr { return s.h }

func (s *socket) Read(p []byte) (int, error) {
	n, err := sysReceive(s.h, p, false)
	if n == 0 && err == nil && len(p) > 0 {
		err = io.EOF
	}
	return n, err
}

func (s *socket) Write(p []byte) (int, error) { return sysSend(s.h, p, false) }
func (s *socket) CloseWrite() error           { return sysShutdownWrite(s.h) }

func (s *socket) Reset() error {
	if err := sysLingerZero(s.h); err != nil {
		return err
	}
	return s.Close()
}

func (s *socket) Close() error {
	if !s.disown() {
		return nil
	}
	return sysClose(s.h)
}

// disown leaves the number to somebody else; Close then does nothing.
func (s *socket) disown() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	was := !s.closed
	s.closed = true
	return was
}

// requireSockets skips where the suite has no socket calls.
func requireSockets(t *testing.T) {
	s, err := newSocket(stream)
	if errors.Is(err, errors.ErrUnsupported) {
		t.Skip("the suite has no socket calls on this system")
	}
	if err != nil {
		t.Fatalf("making a socket: %v", err)
	}
	s.Close()
}

type kind int

const (
	stream kind = iota
	datagram
)

// errNotReused: this system did not hand a number out again.
var errNotReused = errors.New("backendtest: the number was not handed out again")

// newSocket makes a nonblocking socket.
func newSocket(k kind) (*socket, error) {
	h, err := sysSocket(k)
	return nonblocking(h, err, "socket")
}

// nonblocking wraps the descriptor that a call has returned.
func nonblocking(h uintptr, err error, call string) (*socket, error) {
	if err != nil {
		return nil, fmt.Errorf("%s: %w", call, err)
	}
	if err := sysSetNonblock(h, true); err != nil {
		sysClose(h)
		return nil, fmt.Errorf("making a socket nonblocking: %w", err)
	}
	return &socket{h: h}, nil
}

// bound makes a socket with a port of its own on the loopback address.
func bound(k kind) (*socket, int, error) {
	s, err := newSocket(k)
	if err != nil {
		return nil, 0, err
	}
	port, err := sysBindLoopback(s.h)
	if err != nil {
		s.Close()
		return nil, 0, fmt.Errorf("bind: %w", err)
	}
	return s, port, nil
}

func listener() (*socket, int, error) {
	l, port, err := bound(stream)
	if err != nil {
		return nil, 0, err
	}
	if err := sysListen(l.h, 128); err != nil {
		l.Close()
		return nil, 0, fmt.Errorf("listen: %w", err)
	}
	return l, port, nil
}

// accept takes a connection that is waiting.
func accept(l *socket) (*socket, error) {
	h, err := sysAccept(l.h)
	return nonblocking(h, err, "accept")
}

// acceptSoon takes a connection that has been made already and may not yet have
// come to the listener.
func acceptSoon(l *socket) (*socket, error) {
	for deadline := time.Now().Add(patience); ; {
		s, err := accept(l)
		if err == nil || !errors.Is(err, ErrWouldBlock) {
			return s, err
		}
		if time.Now().After(deadline) {
			return nil, fmt.Errorf("the other end connected, and %v later: %w", patience, err)
		}
		time.Sleep(10 * time.Microsecond)
	}
}

// shared is the listener that pairs are made with. One at a time connects and
// accepts, so that both ends are of one connection.
var shared struct {
	mu   sync.Mutex
	l    *socket
	port int
}

// connectPeer connects s, which is made nonblocking, and returns the other end.
func connectPeer(s *socket) (*socket, error) {
	shared.mu.Lock()
	defer shared.mu.Unlock()
	if shared.l == nil {
		l, port, err := listener()
		if err != nil {
			return nil, err
		}
		shared.l, shared.port = l, port
	}
	if err := sysSetNonblock(s.h, false); err != nil {
		return nil, err
	}
	// A signal may have ended the call, and not the attempt.
	if err := sysConnect(s.h, shared.port); err != nil && !errors.Is(err, errInProgress) {
		return nil, fmt.Errorf("connect: %w", err)
	}
	peer, err := acceptSoon(shared.l)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(sysSetNonblock(s.h, true), sysNoDelay(s.h), sysNoDelay(peer.h)); err != nil {
		peer.Close()
		return nil, err
	}
	return peer, nil
}

// tcpPair makes a connection to this machine.
func tcpPair() (*socket, *socket, error) {
	a, err := newSocket(stream)
	if err != nil {
		return nil, nil, err
	}
	b, err := connectPeer(a)
	if err != nil {
		a.Close()
		return nil, nil, err
	}
	return a, b, nil
}

// datagramPair makes two sockets that send to one another.
func datagramPair() (*socket, *socket, error) {
	a, portA, err := bound(datagram)
	if err != nil {
		return nil, nil, err
	}
	b, portB, err := bound(datagram)
	if err != nil {
		a.Close()
		return nil, nil, err
	}
	if err := errors.Join(sysConnect(a.h, portB), sysConnect(b.h, portA)); err != nil {
		a.Close()
		b.Close()
		return nil, nil, fmt.Errorf("connect: %w", err)
	}
	return a, b, nil
}
