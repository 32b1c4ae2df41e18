package socket

import "golang.org/x/sys/unix"

// keepIdle is TCP_KEEPIDLE under another name.
const keepIdle = unix.TCP_KEEPALIVE
