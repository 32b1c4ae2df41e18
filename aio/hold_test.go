package aio_test

import (
	"context"
	"strings"
	"syscall"
)

// holdUp keeps attempts to connect to a host from going on until a channel is closed or they
// are given up.
func holdUp(host string, until <-chan struct{}) func(context.Context, string, string, syscall.RawConn) error {
	return func(ctx context.Context, _, addr string, _ syscall.RawConn) error {
		if strings.HasPrefix(addr, host+":") {
			select {
			case <-until:
			case <-ctx.Done():
			}
		}
		return ctx.Err()
	}
}
