//go:build !linux

package httppark

import (
	"errors"
	"net"
)

const canSlim = false

func detach(*net.TCPConn) (*thin, error) { return nil, errors.ErrUnsupported }

func (*thin) attach() (net.Conn, error) { return nil, errors.ErrUnsupported }

func closeDescriptor(uintptr) error { return errors.ErrUnsupported }

func (*thin) addrs() (local, remote net.Addr) { return &net.TCPAddr{}, &net.TCPAddr{} }
