package httppark

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"time"

	"github.com/goetia-go/goetia"
)

// Option configures [Listen] and [Wrap].
type Option func(*options)

type options struct {
	server    *http.Server
	reactor   *goetia.Reactor
	name      string
	tls       *tls.Config
	off       bool
	lingerMin time.Duration
	lingerMax time.Duration
	idleLimit time.Duration
	maxParked int
	policy    Policy
	// thin is asked for by thinning, and otherwise where it can be done.
	thin     bool
	thinning bool
	// assume stands in for the probe of net/http in tests, and tick, if not zero, for
	// the clock's period.
	assume func() (assumptions, error)
	tick   time.Duration
}

// WithServer names the server that a listener made by [Listen] is for. Its ConnState and
// ConnContext hooks are wrapped, so they have to be set before, and stay the user's.
func WithServer(srv *http.Server) Option { return func(o *options) { o.server = srv } }

// WithReactor has parked connections watched by a Reactor that somebody drives. Without
// this option it is [goetia.Default].
func WithReactor(r *goetia.Reactor) Option { return func(o *options) { o.reactor = r } }

// WithName is what the listener is called in the Reactor's [goetia.Stats] and on its debug
// page. Without this option it is the address.
func WithName(name string) Option { return func(o *options) { o.name = name } }

// WithTLS has the listener speak TLS. If the config names no protocols then h2 and
// http/1.1 are offered, as far as the server serves them. Connections that have agreed on
// HTTP/2 are handed to the server as they are and never parked.
//
// A listener made by tls.NewListener can be given to [Wrap] instead, with the same
// result. [http.Server.ServeTLS] puts TLS above the parking, where it cannot park: it works,
// and its connections stay with their goroutines.
func WithTLS(config *tls.Config) Option { return func(o *options) { o.tls = config } }

// WithParking(false) hands all connections to the server as if this package was not there,
// to compare.
func WithParking(on bool) Option { return func(o *options) { o.off = !on } }

// WithLinger says for how long an idle connection keeps its goroutine in the hope of another
// request: for atLeast, or longer where that has turned out to be worth while: each time
// that a connection was parked in vain, because a request came soon after, its time
// doubles, up to atMost; where parking was long it is halved again. A connection that
// is busy is not parked, and is not even given a timer. The default is 100 ms to 3 s. With
// atLeast zero it is parked at once until that has been in vain.
func WithLinger(atLeast, atMost time.Duration) Option {
	return func(o *options) { o.lingerMin, o.lingerMax = atLeast, atMost }
}

// WithIdleLimit closes connections that have been parked for d. The server's IdleTimeout
// (for connections that have sent nothing: ReadHeaderTimeout) holds as well, whichever ends
// first. Without this option, and without those, there is no limit, as in net/http.
func WithIdleLimit(d time.Duration) Option { return func(o *options) { o.idleLimit = d } }

// WithMaxParked lets at most n connections be parked at a time; policy says what is done about
// one more. Without this option there is no limit but that of descriptors.
func WithMaxParked(n int, policy Policy) Option {
	return func(o *options) { o.maxParked, o.policy = n, policy }
}

// WithThinParking says whether parked TCP connections give up what package net and the Go runtime
// keep for them, which is more than half of what is left: the socket has another descriptor
// meanwhile, and a new net.TCPConn when it is served again. They do on Linux, if this option
// does not forbid it. Elsewhere it cannot be done, and asking for it fails with an error
// that wraps errors.ErrUnsupported.
//
// The net.Conn that the server and hooks see stays the same, and so do the socket's options.
// A connection keeps its net.TCPConn while it is parked if that was asked for (the
// NetConn and SyscallConn methods), if the ConnState hook has set it a deadline for writing, or if
// the process is short of descriptors, of which this takes one more for a moment. For the case that
// there is none when the connection is to be served again, the listener holds one in reserve
// (an open /dev/null), from the first such connection until Close. If that does not help, because others
// were quicker, it is tried again twenty times each second ([Stats].Starved), until it succeeds,
// the connection's limit ends it, or nobody waits for an answer: a connection that its
// peer has reset meanwhile is closed, and one whose peer has ended its side after a second.
//
// Whoever keeps a *net.TCPConn that a listener given to [Wrap] has returned finds it closed once the
// connection was parked, although the socket is open: a listener that counts its connections, say, or sets
// options of them later. This option with false leaves them alone, and so does a listener that returns
// them within a type of its own.
//
// TLS and Unix connections are never thin, nor are those of a [Parker].
func WithThinParking(on bool) Option {
	return func(o *options) { o.thin, o.thinning = on, on }
}

// Policy is what is done about a connection that would be parked beyond the limit of
// [WithMaxParked].
type Policy uint8

const (
	// Refuse closes the connection that has become idle.
	Refuse Policy = iota
	// CloseOldest closes the one that has been parked for longest.
	CloseOldest
)

const (
	defaultLingerMin = 100 * time.Millisecond
	defaultLingerMax = 3 * time.Second
)

func collect(opts []Option) (options, error) {
	o := options{thin: canSlim, lingerMin: defaultLingerMin, lingerMax: defaultLingerMax, assume: probed}
	for _, opt := range opts {
		if opt != nil {
			opt(&o)
		}
	}
	switch {
	case o.server == nil:
		return o, fmt.Errorf("httppark: no server is named (WithServer): %w", errInvalid)
	case o.lingerMin < 0 || o.lingerMax < o.lingerMin:
		return o, fmt.Errorf("httppark: linger for %v to %v: %w", o.lingerMin, o.lingerMax, errInvalid)
	case o.idleLimit < 0:
		return o, fmt.Errorf("httppark: an idle limit of %v: %w", o.idleLimit, errInvalid)
	case o.maxParked < 0 || o.policy > CloseOldest:
		return o, fmt.Errorf("httppark: at most %d parked, policy %d: %w", o.maxParked, o.policy, errInvalid)
	case o.thinning && !canSlim:
		return o, fmt.Errorf("httppark: thin parking on %s: %w", runtime.GOOS, errors.ErrUnsupported)
	}
	return o, nil
}
