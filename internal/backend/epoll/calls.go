//go:build linux

package epoll

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// The mask's numbers are the kernel's; a difference does not compile.
var _ = [1]struct{}{}[epollIn-unix.EPOLLIN|epollPri-unix.EPOLLPRI|epollOut-unix.EPOLLOUT|
	epollErr-unix.EPOLLERR|epollHup-unix.EPOLLHUP|epollRdHup-unix.EPOLLRDHUP|
	epollOneshot-unix.EPOLLONESHOT|epollEdge-unix.EPOLLET]

// Neither call can block, so neither tells the scheduler that it enters the
// kernel. x/sys does so for every wait, also for one of no time.

// epollCtl is epoll_ctl(2).
func epollCtl(epfd, op, fd int, ev *unix.EpollEvent) unix.Errno {
	_, _, errno := unix.RawSyscall6(unix.SYS_EPOLL_CTL,
		uintptr(epfd), uintptr(op), uintptr(fd), uintptr(unsafe.Pointer(ev)), 0, 0)
	return errno
}

// epollWaitNow is epoll_pwait(2) with a zero timeout and no signal mask. Plain
// epoll_wait does not exist on the newer architectures.
func epollWaitNow(epfd int, events []unix.EpollEvent) (int, unix.Errno) {
	n, _, errno := unix.RawSyscall6(unix.SYS_EPOLL_PWAIT,
		uintptr(epfd), uintptr(unsafe.Pointer(&events[0])), uintptr(len(events)), 0, 0, 0)
	if errno != 0 {
		return 0, errno
	}
	return int(n), 0
}
