package httppark

import (
	"os"
	"syscall"
)

// tuned reads a socket's options.
func tuned(fd uintptr) (t tuning, err error) {
	for _, o := range t.options() {
		if *o.value, err = syscall.GetsockoptInt(int(fd), o.level, o.name); err != nil {
			return t, os.NewSyscallError("getsockopt", err)
		}
	}
	return t, nil
}

// tune sets those of a socket's options that differ from what it has.
func (t tuning) tune(fd uintptr, has tuning) {
	was := has.options()
	for i, o := range t.options() {
		if *o.value != *was[i].value {
			_ = syscall.SetsockoptInt(int(fd), o.level, o.name, *o.value)
		}
	}
}

type option struct {
	level, name int
	value       *int
}

func (t *tuning) options() [5]option {
	return [...]option{
		{syscall.IPPROTO_TCP, syscall.TCP_NODELAY, &t.noDelay},
		{syscall.SOL_SOCKET, syscall.SO_KEEPALIVE, &t.keepAlive},
		{syscall.IPPROTO_TCP, syscall.TCP_KEEPIDLE, &t.idle},
		{syscall.IPPROTO_TCP, syscall.TCP_KEEPINTVL, &t.interval},
		{syscall.IPPROTO_TCP, syscall.TCP_KEEPCNT, &t.count},
	}
}
