package poll

import (
	"github.com/goetia-go/goetia/internal/backend"
	"github.com/goetia-go/goetia/internal/backend/evport"
	"github.com/goetia-go/goetia/internal/backend/pollfd"
)

func candidates() []candidate {
	return []candidate{
		{name: EventPort, open: func() (backend.Backend, error) { return evport.Open() }},
		{name: Poll, open: func() (backend.Backend, error) { return pollfd.Open() }},
	}
}
