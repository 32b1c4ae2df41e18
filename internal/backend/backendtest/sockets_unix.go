//go:build unix

package backendtest

import (
	"errors"
	"os"
	"syscall"
	"time"
)

// The suite's system calls, under one name on every system. They use package
// syscall, since x/sys is for the mechanisms.

// again repeats a call for as long as a signal interrupts it.
func again[V any](call func() (V, error)) (V, error) {
	for {
		v, err := call()
		if err != syscall.EINTR {
			return v, err
		}
	}
}

func sysSocket(k kind) (uintptr, error) {
	typ := syscall.SOCK_STREAM
	if k == datagram {
		typ = syscall.SOCK_DGRAM
	}
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	fd, err := syscall.Socket(syscall.AF_INET, typ, 0)
	if err != nil {
		return 0, err
	}
	syscall.CloseOnExec(fd)
	return uintptr(fd), nil
}

func sysSetNonblock(h uintptr, on bool) error { return syscall.SetNonblock(int(h), on) }

func sysNoDelay(h uintptr) error {
	return syscall.SetsockoptInt(int(h), syscall.IPPROTO_TCP, syscall.TCP_NODELAY, 1)
}

func loopback(port int) *syscall.SockaddrInet4 {
	return &syscall.SockaddrInet4{Port: port, Addr: [4]byte{127, 0, 0, 1}}
}

func sysBindLoopback(h uintptr) (port int, err error) {
	if err := syscall.Bind(int(h), loopback(0)); err != nil {
		return 0, err
	}
	sa, err := syscall.Getsockname(int(h))
	if err != nil {
		return 0, err
	}
	return sa.(*syscall.SockaddrInet4).Port, nil
}

func sysListen(h uintptr, backlog int) error { return syscall.Listen(int(h), backlog) }

func sysConnect(h uintptr, port int) error {
	err := syscall.Connect(int(h), loopback(port))
	if err == syscall.EINPROGRESS || err == syscall.EINTR {
		return errInProgress
	}
	return err
}

func sysAccept(h uintptr) (uintptr, error) {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	fd, err := again(func() (int, error) {
		fd, _, err := syscall.Accept(int(h))
		return fd, err
	})
	if err != nil {
		return 0, blocked(err)
	}
	syscall.CloseOnExec(fd)
	return uintptr(fd), nil
}

func sysSend(h uintptr, p []byte, urgent bool) (int, error) {
	if urgent {
		return len(p), syscall.Sendto(int(h), p, syscall.MSG_OOB, nil)
	}
	n, err := again(func() (int, error) { return syscall.Write(int(h), p) })
	return max(n, 0), blocked(err)
}

func sysReceive(h uintptr, p []byte, urgent bool) (int, error) {
	n, err := again(func() (int, error) {
		if urgent {
			n, _, err := syscall.Recvfrom(int(h), p, syscall.MSG_OOB)
			return n, err
		}
		return syscall.Read(int(h), p)
	})
	return max(n, 0), blocked(err)
}

func blocked(err error) error {
	if err == syscall.EAGAIN || err == syscall.EWOULDBLOCK {
		return ErrWouldBlock
	}
	return err
}

func sysShutdownWrite(h uintptr) error { return syscall.Shutdown(int(h), syscall.SHUT_WR) }

// sysLingerZero makes the next close a reset.
func sysLingerZero(h uintptr) error {
	return syscall.SetsockoptLinger(int(h), syscall.SOL_SOCKET, syscall.SO_LINGER, &syscall.Linger{Onoff: 1})
}

func sysClose(h uintptr) error { return syscall.Close(int(h)) }

// sysPending is the error that is pending on a socket, or nil; it clears it.
func sysPending(h uintptr) error {
	n, err := syscall.GetsockoptInt(int(h), syscall.SOL_SOCKET, syscall.SO_ERROR)
	if err == nil && n != 0 {
		err = syscall.Errno(n)
	}
	return err
}

func isRefused(err error) bool { return errors.Is(err, syscall.ECONNREFUSED) }

func sysDuplicate(h uintptr) (uintptr, error) {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	fd, err := syscall.Dup(int(h))
	if err != nil {
		return 0, err
	}
	syscall.CloseOnExec(fd)
	return uintptr(fd), nil
}

func sysCloseDuplicate(h uintptr) error { return sysClose(h) }

// reuse closes s and makes a new socket under the same number. Nobody else can
// get the number in between.
func reuse(s *socket) (*socket, error) {
	fresh, err := newSocket(stream)
	if err != nil {
		return nil, err
	}
	defer fresh.Close()
	if err := replaceDescriptor(int(fresh.h), int(s.h)); err != nil {
		return nil, err
	}
	syscall.CloseOnExec(int(s.h))
	s.disown()
	return &socket{h: s.h}, nil
}

// localPair makes the cheapest pair of connected streams.
func localPair() (*socket, *socket, error) {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err != nil {
		return nil, nil, err
	}
	for _, fd := range fds {
		syscall.CloseOnExec(fd)
		if err == nil {
			err = syscall.SetNonblock(fd, true)
		}
	}
	return &socket{h: uintptr(fds[0])}, &socket{h: uintptr(fds[1])}, err
}

// pipe makes a pipe: what is written to the second can be read from the first.
func pipe() (*socket, *socket, error) {
	var fds [2]int
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	if err := syscall.Pipe(fds[:]); err != nil {
		return nil, nil, err
	}
	for _, fd := range fds {
		syscall.CloseOnExec(fd)
		if err := syscall.SetNonblock(fd, true); err != nil {
			return nil, nil, err
		}
	}
	return &socket{h: uintptr(fds[0])}, &socket{h: uintptr(fds[1])}, nil
}

// processorTime is what this process has used of the processors.
func processorTime() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// descriptorLimit is how many descriptors this process may have.
func descriptorLimit() int {
	var l syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &l) != nil {
		return 256
	}
	return int(min(uint64(l.Cur), 1<<20))
}

// shareWith lets a child process have a socket, and says which number it will
// have there.
func shareWith(attr *os.ProcAttr, s *socket) (uintptr, func(), error) {
	dup, err := sysDuplicate(s.h)
	if err != nil {
		return 0, nil, err
	}
	f := os.NewFile(dup, "shared socket")
	attr.Files = append(attr.Files, f)
	return uintptr(len(attr.Files) - 1), func() { f.Close() }, nil
}

// never is a number that no descriptor has.
func never() uintptr { return uintptr(descriptorLimit() + 1000) }
