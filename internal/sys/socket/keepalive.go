//go:build aix || darwin || dragonfly || freebsd || illumos || linux || netbsd

package socket

import (
	"net"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Prepares says that [Prepare] does all that package net would.
const Prepares = true

// What package net takes for a setting that is zero.
const (
	usualPeriod = 15 * time.Second
	usualCount  = 9
)

func setKeepAlive(fd int, config net.KeepAliveConfig) error {
	if err := syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_KEEPALIVE, number(config.Enable)); err != nil {
		return err
	}
	count := config.Count
	if count == 0 {
		count = usualCount
	}
	for _, o := range []struct{ name, value int }{
		{keepIdle, period(config.Idle)},
		{unix.TCP_KEEPINTVL, period(config.Interval)},
		{unix.TCP_KEEPCNT, count},
	} {
		if o.value < 0 {
			continue // as it is
		}
		if err := syscall.SetsockoptInt(fd, syscall.IPPROTO_TCP, o.name, o.value); err != nil {
			return err
		}
	}
	return nil
}

// period is in whole seconds, rounded up, or negative to leave it as it is.
func period(d time.Duration) int {
	switch {
	case d < 0:
		return -1
	case d == 0:
		d = usualPeriod
	}
	return int((d + time.Second - 1) / time.Second)
}

// settings are what package net sets on a connection that it makes of a descriptor.
var settings = [...]setting{
	{syscall.IPPROTO_TCP, syscall.TCP_NODELAY},
	{syscall.SOL_SOCKET, syscall.SO_KEEPALIVE},
	{syscall.IPPROTO_TCP, keepIdle},
	{syscall.IPPROTO_TCP, unix.TCP_KEEPINTVL},
	{syscall.IPPROTO_TCP, unix.TCP_KEEPCNT},
}
