package poll

import (
	"github.com/goetia-go/goetia/internal/backend"
	"github.com/goetia-go/goetia/internal/backend/afd"
	"github.com/goetia-go/goetia/internal/backend/wsapoll"
)

func candidates() []candidate {
	return []candidate{
		{name: AFD, open: func() (backend.Backend, error) { return afd.Open() }, probe: afd.Probe},
		{name: WSAPoll, open: func() (backend.Backend, error) { return wsapoll.Open() }},
	}
}
