//go:build dragonfly || freebsd || linux || netbsd || openbsd

package socket

import "syscall"

func accept(listener int) (fd int, peer syscall.Sockaddr, err error) {
	return syscall.Accept4(listener, syscall.SOCK_NONBLOCK|syscall.SOCK_CLOEXEC)
}
