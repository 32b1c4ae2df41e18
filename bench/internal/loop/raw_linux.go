package loop

import (
	"errors"
	"os"
	"unsafe"

	"github.com/goetia-go/goetia/bench/internal/source"
	"github.com/goetia-go/goetia/poll"
	"golang.org/x/sys/unix"
)

// raw is what the hand-written loops share.
type raw struct {
	epfd    int
	conns   []conn
	bits    uint32
	oneshot bool
	handler Handler
	events  []unix.EpollEvent
}

func newRaw(fds []int, oneshot bool, handler Handler) (*raw, error) {
	epfd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, os.NewSyscallError("epoll_create1", err)
	}
	l := &raw{epfd: epfd, conns: make([]conn, len(fds)), oneshot: oneshot, handler: handler, events: make([]unix.EpollEvent, Batch)}
	l.bits = unix.EPOLLIN | unix.EPOLLRDHUP
	if oneshot {
		l.bits |= unix.EPOLLONESHOT
	}
	for i, fd := range fds {
		l.conns[i].fd = fd
		ev := unix.EpollEvent{Events: l.bits, Fd: int32(i)}
		if err := unix.EpollCtl(epfd, unix.EPOLL_CTL_ADD, fd, &ev); err != nil {
			return nil, errors.Join(os.NewSyscallError("epoll_ctl", err), l.Close())
		}
	}
	return l, nil
}

func (l *raw) handle(n int) error {
	for i := range n {
		ev := &l.events[i]
		if ev.Events&(unix.EPOLLIN|unix.EPOLLRDHUP|unix.EPOLLHUP|unix.EPOLLERR) == 0 {
			continue
		}
		c := &l.conns[ev.Fd]
		c.seen++
		if l.handler != nil {
			if err := l.handler(c.fd); err != nil {
				return err
			}
		}
		if l.oneshot {
			again := unix.EpollEvent{Events: l.bits, Fd: ev.Fd}
			if err := unix.EpollCtl(l.epfd, unix.EPOLL_CTL_MOD, c.fd, &again); err != nil {
				return os.NewSyscallError("epoll_ctl", err)
			}
		}
	}
	return nil
}

func (l *raw) Close() error { return os.NewSyscallError("close", unix.Close(l.epfd)) }

type blocking struct{ *raw }

// NewBlocking is the classic loop: epoll_wait(2) without a timeout, which holds
// its thread while nothing happens. Call it with the goroutine locked to its
// thread, as such loops are.
func NewBlocking(fds []int, oneshot bool, handler Handler) (Loop, error) {
	l, err := newRaw(fds, oneshot, handler)
	if err != nil {
		return nil, err
	}
	return blocking{l}, nil
}

func (l blocking) Turn() (int, error) {
	for {
		n, err := unix.EpollWait(l.epfd, l.events, -1)
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return 0, os.NewSyscallError("epoll_wait", err)
		}
		return n, l.handle(n)
	}
}

type minimal struct{ *raw }

// NewMinimal is the least that can be written: epoll_pwait(2) with a timeout of
// zero, without telling Go's scheduler. It is a floor and no event loop: while
// nothing happens it would burn a processor.
func NewMinimal(fds []int, oneshot bool, handler Handler) (Loop, error) {
	l, err := newRaw(fds, oneshot, handler)
	if err != nil {
		return nil, err
	}
	return minimal{l}, nil
}

func (l minimal) Turn() (int, error) {
	n, _, errno := unix.RawSyscall6(unix.SYS_EPOLL_PWAIT, uintptr(l.epfd),
		uintptr(unsafe.Pointer(&l.events[0])), uintptr(len(l.events)), 0, 0, 0)
	if errno != 0 {
		return 0, os.NewSyscallError("epoll_pwait", errno)
	}
	return int(n), l.handle(int(n))
}

// Echo is the least that a handler does in earnest: it reads what has come and
// writes it back, here to the same eventfd, which so stays readable.
func Echo(fd int) error {
	var buf [8]byte
	if _, err := unix.Read(fd, buf[:]); err != nil {
		return os.NewSyscallError("read", err)
	}
	_, err := unix.Write(fd, buf[:])
	return os.NewSyscallError("write", err)
}

// Kinds are the loops that Open knows, the Poller first.
var Kinds = []string{"poller", "nested", "blocking", "minimal"}

// Open makes a loop of one kind over all the sources.
func Open(kind string, set *source.Set, mode poll.Mode, handler Handler) (Loop, error) {
	switch kind {
	case "poller":
		return NewPoller("", set.Sources(set.Len()), mode, handler)
	case "nested":
		return NewNested(set.FDs(), mode == poll.Oneshot, handler)
	case "blocking":
		return NewBlocking(set.FDs(), mode == poll.Oneshot, handler)
	case "minimal":
		return NewMinimal(set.FDs(), mode == poll.Oneshot, handler)
	}
	return nil, errors.ErrUnsupported
}
