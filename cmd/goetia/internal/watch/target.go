package watch

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

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
	Pipe       Kind = "pipe"
	Timer      Kind = "timer"
	Signals    Kind = "signals"
	Process    Kind = "process"
	File       Kind = "file"
)

// Target is something to watch.
type Target struct {
	Name string // as the user wrote it
	Kind Kind
	// Bind: datagrams are received at Addr rather than exchanged with it.
	Bind bool
	Addr sock.Addr
	FD   uintptr

	Every   time.Duration
	Signals []os.Signal
	PID     int
	Path    string
}

// ErrTarget: the text names no target.
var ErrTarget = errors.New("bad target")

// usage is what targets look like.
const usage = "tcp:HOST:PORT, listen:HOST:PORT, udp:HOST:PORT, unix:PATH, fd:N, pipe:NAME, " +
	"timer:DURATION, signal:NAME, pid:N or file:PATH"

// Parse reads a target. With listen, tcp, udp, unix and pipe targets wait for peers
// instead of connecting.
func Parse(ctx context.Context, text string, listen bool) (Target, error) {
	scheme, rest, ok := strings.Cut(text, ":")
	if !ok || rest == "" {
		return Target{}, fmt.Errorf("%w %q: want %s", ErrTarget, text, usage)
	}
	t := Target{Name: text, Kind: Connection, Bind: listen}
	network := scheme
	switch scheme {
	case "timer", "signal", "pid", "file", "pipe":
		return t.local(scheme, rest)
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
		return Target{}, fmt.Errorf("%w %q: there is no %q; want %s", ErrTarget, text, scheme, usage)
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

// local reads what needs no address.
func (t Target) local(scheme, rest string) (Target, error) {
	bad := func(format string, args ...any) (Target, error) {
		return Target{}, fmt.Errorf("%w %q: %s", ErrTarget, t.Name, fmt.Sprintf(format, args...))
	}
	var err error
	switch scheme {
	case "timer":
		if t.Every, err = time.ParseDuration(rest); err != nil || t.Every <= 0 {
			return bad("%q is no duration above zero, such as 1s", rest)
		}
		t.Kind = Timer
	case "pid":
		if t.PID, err = strconv.Atoi(rest); err != nil || t.PID <= 0 {
			return bad("%q is no process number", rest)
		}
		t.Kind = Process
	case "signal":
		for name := range strings.SplitSeq(rest, ",") {
			sig, ok := signalNamed(name)
			if !ok {
				return bad("there is no signal %q here to listen for", name)
			}
			t.Signals = append(t.Signals, sig)
		}
		t.Kind = Signals
	case "file":
		t.Kind, t.Path = File, rest
	case "pipe":
		t.Kind, t.Path = Pipe, rest
	}
	return t, nil
}

// signalNamed knows INT, SIGINT and int.
func signalNamed(name string) (os.Signal, bool) {
	name = strings.TrimPrefix(strings.ToUpper(name), "SIG")
	all := signalNames()
	i := slices.IndexFunc(all, func(s namedSignal) bool { return s.name == name })
	if i < 0 {
		return nil, false
	}
	return all[i].signal, true
}
