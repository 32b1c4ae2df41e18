//go:build linux

package nest

import (
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// gate is an epoll descriptor between the inner one and the Go runtime's. The
// runtime can watch a descriptor for good only. Were that the inner one, the kernel
// would wake a thread of the runtime for every source that becomes ready, or is
// armed again while it is, also while a busy loop fetches them anyway: three times
// the processor time. So the gate is open while the loop parks, and shut from when
// it finds something without parking.
//
// The kernel asks a shut gate, too, whether it wants to hear of something, each time
// that something happens; that is an eighth of what arming a source again costs. A loop that
// stays busy for long is therefore taken out of the gate altogether.
type gate struct {
	inner, fd int
	file      *os.File
	raw       syscall.RawConn
	// What follows belongs to the goroutine that waits. ajar: the gate is open.
	// away: it is shut, and does not hold the inner descriptor.
	ajar, away bool
	// events is how many were found since the gate was shut.
	events int
}

// longBusy is after how many events a busy loop is taken out of the gate. That is one call
// more, and to put it back one that is dearer than opening: what twenty events save.
const longBusy = 256

// newGate makes a gate in front of a descriptor, shut.
func newGate(inner int) (gate, error) {
	fd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return gate{}, os.NewSyscallError("epoll_create1", err)
	}
	// Only what is nonblocking is taken into the runtime's poller.
	if err := unix.SetNonblock(fd, true); err != nil {
		return gate{}, errors.Join(os.NewSyscallError("fcntl", err), os.NewSyscallError("close", unix.Close(fd)))
	}
	g := gate{inner: inner, fd: fd, file: os.NewFile(uintptr(fd), "epoll")}
	if err := g.file.SetReadDeadline(time.Time{}); err != nil {
		return gate{}, errors.Join(fmt.Errorf("the Go runtime's poller did not take the epoll descriptor: %w", err), g.close())
	}
	if g.raw, err = g.file.SyscallConn(); err != nil {
		return gate{}, errors.Join(err, g.close())
	}
	if errno := g.ctl(unix.EPOLL_CTL_ADD, 0); errno != 0 {
		return gate{}, errors.Join(os.NewSyscallError("epoll_ctl", errno), g.close())
	}
	return g, nil
}

// open lets the runtime hear of the inner descriptor from now on. The caller looks
// for events once more afterwards: of what came before, the kernel is silent if the
// gate's list still has the inner one from an earlier time.
func (g *gate) open() error {
	if g.ajar {
		return nil
	}
	op := unix.EPOLL_CTL_MOD
	if g.away {
		op = unix.EPOLL_CTL_ADD
	}
	if errno := g.ctl(op, unix.EPOLLIN); errno != 0 {
		return os.NewSyscallError("epoll_ctl", errno)
	}
	g.ajar, g.away, g.events = true, false, 0
	return nil
}

// shut ends that, when so many events were found without parking and the loop is not away
// yet. A gate that cannot be shut only costs time.
func (g *gate) shut(found int) {
	switch {
	case g.ajar:
		if g.ctl(unix.EPOLL_CTL_MOD, 0) == 0 {
			g.ajar = false
		}
	case g.events < longBusy:
		g.events += found
	case g.ctl(unix.EPOLL_CTL_DEL, 0) == 0:
		g.away = true
	}
}

// ctl cannot block, so it does not tell the scheduler that it enters the kernel.
func (g *gate) ctl(op int, bits uint32) unix.Errno {
	ev := unix.EpollEvent{Events: bits}
	_, _, errno := syscall.RawSyscall6(unix.SYS_EPOLL_CTL,
		uintptr(g.fd), uintptr(op), uintptr(g.inner), uintptr(unsafe.Pointer(&ev)), 0, 0)
	return errno
}

func (g *gate) close() error { return g.file.Close() }
