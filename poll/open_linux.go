package poll

import (
	"github.com/goetia-go/goetia/internal/backend"
	"github.com/goetia-go/goetia/internal/backend/epoll"
)

func candidates() []candidate {
	return []candidate{
		{Epoll, func() (backend.Backend, error) { return epoll.Open() }},
	}
}
