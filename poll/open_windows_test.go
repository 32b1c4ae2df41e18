package poll

import (
	"errors"
	"slices"
	"strings"
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
	onceForAll(t)
	backendtest.RunWith(t, overSockets, func(t *testing.T) backendtest.Subject {
		b, err := afd.Open()
		if err != nil {
			t.Fatal(err)
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

// TestSockNotifyIsToBeAskedFor: it is listed and never chosen, and says what it lacks
// where the system lacks it, as Wine does.
func TestSockNotifyIsToBeAskedFor(t *testing.T) {
	if got := Mechanisms(); !slices.Equal(got, []Mechanism{AFD, SockNotify, WSAPoll}) {
		t.Errorf("the mechanisms are %v", got)
	}
	for _, c := range candidates() {
		if c.explicit != (c.name == SockNotify) {
			t.Errorf("%s is to be asked for: %t", c.name, c.explicit)
		}
	}
	p, err := New(WithMechanism(SockNotify))
	steps := Diagnose(SockNotify)
	last := steps[len(steps)-1]
	if err == nil {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
		if last.Err != nil || last.Name != "first event" {
			t.Errorf("the diagnosis ended with %+v", last)
		}
		return
	}
	for _, err := range []error{err, last.Err} {
		if !errors.Is(err, ErrUnsupported) || !strings.Contains(err.Error(), "ProcessSocketNotifications") {
			t.Errorf("got %v", err)
		}
	}
}

// TestFirstEventOfAPair: Diagnose can do without package net's sockets.
func TestFirstEventOfAPair(t *testing.T) {
	for _, c := range candidates() {
		if c.pair == nil {
			continue
		}
		p, err := New()
		if err != nil {
			t.Fatal(err)
		}
		if s := firstEventOf(p, c.pair); s.Err != nil || s.Detail == "" {
			t.Errorf("%s' pair on %s: %+v", c.name, p.Mechanism(), s)
		}
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	}
}
