//go:build !linux

package httppark

import (
	"errors"
	"net"
)

const canSlim = false

func (*conn) detach(*net.TCPConn) (*thin, error) { return nil, errors.ErrUnsupported }

func (*thin) attach() (*net.TCPConn, error) { return nil, errors.ErrUnsupported }

func (*thin) ended() bool { return false }

func (*thin) lost(bool) bool { return false }

func scarce(error) bool { return false }

func closeDescriptor(int32) error { return errors.ErrUnsupported }

func localOf(int32) *net.TCPAddr { return new(net.TCPAddr) }

// tunings are of thin connections, of which there are none.
type tunings struct{}

func (*tunings) restore(uint8, *net.TCPConn) {}
