package poll

import (
	"github.com/goetia-go/goetia/internal/backend"
	"github.com/goetia-go/goetia/internal/backend/epoll"
	"github.com/goetia-go/goetia/internal/backend/pollfd"
)

func candidates() []candidate {
	return []candidate{
		{name: Epoll, open: func() (backend.Backend, error) { return epoll.Open() }},
		{name: Poll, open: func() (backend.Backend, error) { return pollfd.Open() }},
	}
}
