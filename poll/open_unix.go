//go:build unix && !linux && !darwin && !dragonfly && !freebsd && !netbsd && !openbsd && !solaris

package poll

import (
	"github.com/goetia-go/goetia/internal/backend"
	"github.com/goetia-go/goetia/internal/backend/pollfd"
)

func candidates() []candidate {
	return []candidate{
		{name: Poll, open: func() (backend.Backend, error) { return pollfd.Open() }},
	}
}
