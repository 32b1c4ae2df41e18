//go:build !unix && !windows

package watch

import (
	"errors"

	"github.com/goetia-go/goetia/cmd/goetia/internal/sock"
	"github.com/goetia-go/goetia/poll"
)

const pipesAreExtras = false

func openPipeExtra(*poll.Poller, poll.Key, string, bool) (extra, string, error) {
	return nil, "", errors.ErrUnsupported
}

func openPipe(string, bool) (sock.Socket, bool, error) { return 0, false, errors.ErrUnsupported }
