//go:build aix || dragonfly || freebsd || illumos || linux || netbsd

package socket

import "golang.org/x/sys/unix"

const keepIdle = unix.TCP_KEEPIDLE
