//go:build linux || freebsd || dragonfly

package sock

import "golang.org/x/sys/unix"

// accept is one system call where the kernel has accept4.
func accept(fd int) (int, error) {
	n, _, err := unix.Accept4(fd, unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC)
	return n, err
}
