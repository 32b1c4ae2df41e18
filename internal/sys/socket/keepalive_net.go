//go:build unix && !aix && !darwin && !dragonfly && !freebsd && !illumos && !linux && !netbsd

package socket

import (
	"errors"
	"net"
	"syscall"
)

// Prepares: only package net knows how it sets keep-alive here, and on which releases.
const Prepares = false

// setKeepAlive has package net do it.
func setKeepAlive(fd int, config net.KeepAliveConfig) error {
	c, err := NetConn(fd)
	if err != nil {
		return err
	}
	defer c.Close()
	t, ok := c.(*net.TCPConn)
	if !ok {
		return errors.ErrUnsupported
	}
	return t.SetKeepAliveConfig(config)
}

// settings are what package net sets on a connection that it makes of a descriptor, and that
// can be asked for.
var settings = [...]setting{
	{syscall.IPPROTO_TCP, syscall.TCP_NODELAY},
	{syscall.SOL_SOCKET, syscall.SO_KEEPALIVE},
}
