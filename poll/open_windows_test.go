package poll

import (
	"testing"

	"github.com/goetia-go/goetia/internal/backend"
	"github.com/goetia-go/goetia/internal/backend/afd"
	"github.com/goetia-go/goetia/internal/backend/backendtest"
	"github.com/goetia-go/goetia/internal/backend/fallback"
)

// TestConformanceLayered holds AFD and WSAPoll together to the contract, with
// every other socket as if a layered provider hid its base socket: there is
// none to be had in a test.
func TestConformanceLayered(t *testing.T) {
	if testing.Short() {
		t.Skip("each of the two has been held to it alone")
	}
	backendtest.Run(t, func(t *testing.T) backendtest.Subject {
		b, err := afd.Open()
		if err != nil {
			t.Skip(err)
		}
		return subject{newPoller(AFD, fallback.New(layered{b}, openWSAPoll))}
	})
}

type layered struct{ *afd.Poll }

func (l layered) Add(h uintptr, tok, old backend.Token, in backend.Interest, mode backend.Mode) error {
	if h/4%2 == 0 {
		return backend.ErrNoBaseSocket
	}
	return l.Poll.Add(h, tok, old, in, mode)
}

// Features claims no exactness that WSAPoll has not, or its ConnectFailed would
// be taken out.
func (l layered) Features() backend.Features {
	f := l.Poll.Features()
	f.ExactConnectFailed = false
	return f
}
