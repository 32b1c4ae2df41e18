//go:build dragonfly || freebsd || netbsd || openbsd

package extra

import "golang.org/x/sys/unix"

const openEvents = unix.O_RDONLY
