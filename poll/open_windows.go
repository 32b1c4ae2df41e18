package poll

import (
	"github.com/goetia-go/goetia/internal/backend"
	"github.com/goetia-go/goetia/internal/backend/afd"
	"github.com/goetia-go/goetia/internal/backend/fallback"
	"github.com/goetia-go/goetia/internal/backend/socknotify"
	"github.com/goetia-go/goetia/internal/backend/wsapoll"
)

func candidates() []candidate {
	return []candidate{
		{name: AFD, open: openAFD, probe: afd.Probe},
		{name: SockNotify, open: openSockNotify, explicit: true, probe: socknotify.Probe, pair: socknotify.Pair},
		{name: WSAPoll, open: openWSAPoll},
	}
}

// openAFD lets WSAPoll serve the sockets that AFD cannot: those of layered
// providers that do not tell their base socket.
func openAFD() (backend.Backend, error) {
	b, err := afd.Open()
	if err != nil {
		return nil, err
	}
	return fallback.New(b, openWSAPoll), nil
}

func openSockNotify() (backend.Backend, error) { return socknotify.Open() }

func openWSAPoll() (backend.Backend, error) { return wsapoll.Open() }
