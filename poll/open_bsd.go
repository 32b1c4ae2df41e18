//go:build darwin || dragonfly || freebsd || netbsd || openbsd

package poll

import (
	"github.com/goetia-go/goetia/internal/backend"
	"github.com/goetia-go/goetia/internal/backend/kqueue"
	"github.com/goetia-go/goetia/internal/backend/pollfd"
)

func candidates() []candidate {
	return []candidate{
		{name: Kqueue, open: func() (backend.Backend, error) { return kqueue.Open() }},
		{name: Poll, open: func() (backend.Backend, error) { return pollfd.Open() }},
	}
}
