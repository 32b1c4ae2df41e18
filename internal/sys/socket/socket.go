//go:build unix

package socket

import (
	"errors"
	"net"
	"os"
	"runtime"
	"sync/atomic"
	"syscall"
)

// Socket is a descriptor that is not closed while somebody uses it: once it is closed, its number
// is soon another one's. The zero Socket is a closed one. All methods but Open are safe for
// concurrent use.
type Socket struct {
	fd int32
	// state is whether it is open, and twice the number of those who use it.
	state atomic.Uint32
	// peer is the other end's, as far as it is known, and of what kind the Socket is.
	peer address
}

// opened is in the state until Close. user is what each user adds.
const (
	opened = 1
	user   = 2
)

// Open makes it the owner of a descriptor. The peer is as accept or package net has told; if that is nil, the
// kernel is asked. The Socket is nobody else's yet.
func (s *Socket) Open(fd int, k Kind, peer syscall.Sockaddr) {
	s.fd, s.peer.kind = int32(fd), k
	if k == TCP {
		if peer == nil {
			peer, _ = syscall.Getpeername(fd) // if it has gone, its address is empty
		}
		s.peer = addressOf(peer)
	}
	s.state.Store(opened)
}

// Number is the descriptor's number, for those who only compare it.
func (s *Socket) Number() int { return int(s.fd) }

// Hold returns the descriptor, which stays open until Release. ok is false after Close.
func (s *Socket) Hold() (fd int, ok bool) {
	for {
		old := s.state.Load()
		if old&opened == 0 {
			return -1, false
		}
		if s.state.CompareAndSwap(old, old+user) {
			return int(s.fd), true
		}
	}
}

// Release is called once for each Hold that was ok. The last one after Close closes the descriptor.
func (s *Socket) Release() {
	if s.state.Add(^uint32(user-1)) == 0 {
		_ = syscall.Close(int(s.fd)) // whoever closed it has been told that it is
	}
}

// Close closes the descriptor, at once or as soon as those who use it release it. After
// the first call it is net.ErrClosed.
func (s *Socket) Close() error {
	switch old := s.state.And(^uint32(opened)); {
	case old&opened == 0:
		return net.ErrClosed
	case old != opened:
		return nil
	}
	return os.NewSyscallError("close", syscall.Close(int(s.fd)))
}

// Give makes another Socket, which is nobody else's yet, the owner of the descriptor, as soon as
// nobody uses it: each use is one system call. This one is closed then. It fails with net.ErrClosed
// if it is already.
func (s *Socket) Give(to *Socket) error {
	for !s.state.CompareAndSwap(opened, 0) {
		if s.state.Load()&opened == 0 {
			return net.ErrClosed
		}
		runtime.Gosched()
	}
	to.fd, to.peer = s.fd, s.peer
	to.state.Store(opened)
	return nil
}

// SyscallConn implements syscall.Conn, for who registers the Socket. It allocates nothing.
func (s *Socket) SyscallConn() (syscall.RawConn, error) { return (*raw)(s), nil }

// raw is a Socket as a syscall.RawConn.
type raw Socket

func (r *raw) Control(f func(fd uintptr)) error {
	s := (*Socket)(r)
	fd, ok := s.Hold()
	if !ok {
		return net.ErrClosed
	}
	defer s.Release()
	f(uintptr(fd))
	return nil
}

// Read and Write would have to wait, which is the registration's to do.

func (*raw) Read(func(fd uintptr) bool) error { return errors.ErrUnsupported }

func (*raw) Write(func(fd uintptr) bool) error { return errors.ErrUnsupported }
