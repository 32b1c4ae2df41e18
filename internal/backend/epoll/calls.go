//go:build linux

package epoll

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The mask's numbers are the kernel's; a difference does not compile.
var _ = [1]struct{}{}[epollIn-unix.EPOLLIN|epollPri-unix.EPOLLPRI|epollOut-unix.EPOLLOUT|
	epollErr-unix.EPOLLERR|epollHup-unix.EPOLLHUP|epollRdHup-unix.EPOLLRDHUP|
	epollOneshot-unix.EPOLLONESHOT|epollEdge-unix.EPOLLET]

// Neither call can block, so neither tells the scheduler that it enters the
// kernel. x/sys does so for every wait, also for one of no time.
//
// Both are inlined, and go by package syscall, where x/sys ends up by one call more. Each
// call that a system call returns through was measured to cost some ten nanoseconds, far more
// than its instructions: the kernel seems to leave the processor without its memory of
// who called whom.

// epollCtl is epoll_ctl(2).
func epollCtl(epfd, op, fd int, ev *unix.EpollEvent) unix.Errno {
	_, _, errno := syscall.RawSyscall6(unix.SYS_EPOLL_CTL,
		uintptr(epfd), uintptr(op), uintptr(fd), uintptr(unsafe.Pointer(ev)), 0, 0)
	return errno
}

// epollWaitNow is epoll_pwait(2) with a zero timeout and no signal mask, for as many
// events as there is room for from the first. Plain epoll_wait does not exist on the newer
// architectures.
func epollWaitNow(epfd int, first *unix.EpollEvent, room int) (int, unix.Errno) {
	n, _, errno := syscall.RawSyscall6(unix.SYS_EPOLL_PWAIT,
		uintptr(epfd), uintptr(unsafe.Pointer(first)), uintptr(room), 0, 0, 0)
	return int(n), errno
}
