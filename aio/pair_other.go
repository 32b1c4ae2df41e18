//go:build !unix

package aio

import (
	"errors"
	"fmt"
)

var errNoPair = fmt.Errorf("aio: this system has no socketpair: %w", errors.ErrUnsupported)

// UnixPair is errors.ErrUnsupported here.
func (l *Loop) UnixPair() (a, b *Conn, err error) { return nil, nil, errNoPair }

// UnixPacketPair is errors.ErrUnsupported here.
func (l *Loop) UnixPacketPair() (a, b *PacketConn, err error) { return nil, nil, errNoPair }
