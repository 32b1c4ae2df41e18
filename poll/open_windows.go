package poll

import (
	"github.com/goetia-go/goetia/internal/backend"
	"github.com/goetia-go/goetia/internal/backend/afd"
)

func candidates() []candidate {
	return []candidate{
		{name: AFD, open: func() (backend.Backend, error) { return afd.Open() }, probe: afd.Probe},
	}
}
