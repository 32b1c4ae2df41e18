//go:build !unix

package watch

import (
	"errors"

	"github.com/goetia-go/goetia/cmd/goetia/internal/sock"
)

func openPipe(string, bool) (sock.Socket, bool, error) {
	return 0, false, errors.ErrUnsupported
}
