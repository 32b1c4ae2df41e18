package poll

import (
	"github.com/goetia-go/goetia/internal/backend"
	"github.com/goetia-go/goetia/internal/backend/epoll"
	"github.com/goetia-go/goetia/internal/backend/pollfd"
)

func candidates() []candidate {
	return []candidate{
		{Epoll, func() (backend.Backend, error) { return epoll.Open() }},
		{Poll, func() (backend.Backend, error) { return pollfd.Open() }},
	}
}
