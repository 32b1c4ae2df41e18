package watch

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/goetia-go/goetia/cmd/goetia/internal/sock"
)

// Kind is what a target is.
type Kind string

// The kinds of targets.
const (
	Connection Kind = "connection"
	Listener   Kind = "listener"
	Datagrams  Kind = "datagrams"
	Descriptor Kind = "descriptor"
)

// Target is something to watch.
type Target struct {
	Name string // as the user wrote it
	Kind Kind
	// Bind: datagrams are received at Addr rather than exchanged with it.
	Bind bool
	Addr sock.Addr
	FD   uintptr
}

// ErrTarget: the text names no target.
var ErrTarget = errors.New("bad target")

// Parse reads tcp:HOST:PORT, listen:HOST:PORT, udp:HOST:PORT, unix:PATH and fd:N.
// With listen, tcp, udp and unix targets wait for peers instead of connecting.
func Parse(ctx context.Context, text string, listen bool) (Target, error) {
	scheme, rest, ok := strings.Cut(text, ":")
	if !ok || rest == "" {
		return Target{}, fmt.Errorf("%w %q: want tcp:HOST:PORT, listen:HOST:PORT, udp:HOST:PORT, unix:PATH or fd:N", ErrTarget, text)
	}
	t := Target{Name: text, Kind: Connection, Bind: listen}
	network := scheme
	switch scheme {
	case "listen", "tcp-listen":
		network, t.Bind = "tcp", true
	case "tcp", "unix":
	case "udp":
		t.Kind = Datagrams
	case "fd":
		n, err := strconv.ParseUint(rest, 10, 31)
		if err != nil {
			return Target{}, fmt.Errorf("%w %q: %q is no descriptor number", ErrTarget, text, rest)
		}
		if !descriptors {
			return Target{}, fmt.Errorf("%w %q: descriptors can be watched on Unix only", ErrTarget, text)
		}
		t.Kind, t.FD = Descriptor, uintptr(n)
		return t, nil
	default:
		return Target{}, fmt.Errorf("%w %q: there is tcp, listen, udp, unix and fd, but no %q", ErrTarget, text, scheme)
	}
	if t.Bind && t.Kind == Connection {
		t.Kind = Listener
	}
	addr, err := sock.Resolve(ctx, network, rest)
	if err != nil {
		return Target{}, err
	}
	if !t.Bind && network != "unix" && addr.AddrPort().Port() == 0 {
		return Target{}, fmt.Errorf("%w %q: cannot connect to port 0", ErrTarget, text)
	}
	t.Addr = addr
	return t, nil
}
