package cli

import (
	"context"
	"errors"

	"github.com/goetia-go/goetia/cmd/goetia/internal/sock"
	"github.com/goetia-go/goetia/cmd/goetia/internal/watch"
)

// resolve turns an address that cannot be one into a usage error.
func resolve(ctx context.Context, network, text string) (sock.Addr, error) {
	addr, err := sock.Resolve(ctx, network, text)
	return addr, badTarget(err)
}

// badTarget makes an error that no retry will change a usage error.
func badTarget(err error) error {
	if errors.Is(err, sock.ErrAddress) || errors.Is(err, watch.ErrTarget) {
		return usage(err)
	}
	return err
}
