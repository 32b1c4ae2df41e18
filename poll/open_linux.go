package poll

import (
	"github.com/goetia-go/goetia/internal/backend"
	"github.com/goetia-go/goetia/internal/backend/epoll"
	"github.com/goetia-go/goetia/internal/backend/pollfd"
	"github.com/goetia-go/goetia/internal/backend/uring"
)

func candidates() []candidate {
	return append([]candidate{
		{name: Epoll, open: func() (backend.Backend, error) { return epoll.Open() }},
		{name: IOUring, open: func() (backend.Backend, error) { return uring.Open() }, probe: uring.Probe},
		{name: Poll, open: func() (backend.Backend, error) { return pollfd.Open() }},
	}, tested...)
}
