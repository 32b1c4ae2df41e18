package httppark

import (
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"sync"
	"sync/atomic"

	"github.com/goetia-go/goetia"
)

// Listener is a net.Listener for an http.Server, whose idle connections it parks. Make one
// with [Listen] or [Wrap]. Its methods are safe for concurrent use.
type Listener struct {
	inner   net.Listener
	opts    options
	srv     *http.Server
	reactor *goetia.Reactor
	assumed assumptions
	// let is what becomes of a connection that the server has let go: park.
	let func(*conn) bool
	// hook tells the user that a connection was closed which the server does not know.
	hook   func(net.Conn)
	counts counts
	clock  clock
	shaker shaker
	// tunings are the options that connections came with, for thin parking.
	tunings tunings
	// spare is for thin connections that are to be served again at the limit of descriptors.
	spare spare

	// fresh has what the inner listener has accepted, done is closed by Close.
	fresh chan accepted
	done  chan struct{}
	// again says that the accepting list is not empty.
	again chan struct{}
	// starts the goroutine that accepts, at the first Accept.
	starts sync.Once
	// why is why nothing is parked, or nil.
	why atomic.Pointer[error]

	// ended: nothing is parked any more, because it is closed or was disabled.
	ended atomic.Bool
	// mu guards what follows, and the connections' places. The Reactor is not called
	// with it held, since that may call others.
	mu       sync.Mutex
	lists    [places]list
	closed   bool
	reaper   reaper
	unreport func()
}

// accepted is what an Accept has returned.
type accepted struct {
	conn net.Conn
	err  error
}

var errInvalid = errors.New("invalid argument")

// Listen listens as net.Listen does, for the server that [WithServer] names:
//
//	srv := &http.Server{Handler: mux}
//	l, err := httppark.Listen("tcp", ":8080", httppark.WithServer(srv))
//	...
//	err = srv.Serve(l)
func Listen(network, addr string, opts ...Option) (*Listener, error) {
	o, err := collect(opts)
	if err != nil {
		return nil, err
	}
	inner, err := net.Listen(network, addr)
	if err != nil {
		return nil, err
	}
	return wrap(inner, o, nil), nil
}

// Wrap has idle connections that l accepts for srv parked. The server is then told to
// serve the listener that Wrap returns; its handlers and hooks stay as they are. Its
// ConnState and ConnContext hooks are wrapped, so they have to be set before.
//
// If nothing can be parked, because an option makes no sense, or this Go version's net/http is
// not the one that is known, or there is no Reactor, the connections are served
// without, and [Listener.Err] says why.
func Wrap(l net.Listener, srv *http.Server, opts ...Option) *Listener {
	o, err := collect(append([]Option{WithServer(srv)}, opts...))
	return wrap(l, o, err)
}

func wrap(inner net.Listener, o options, err error) *Listener {
	l := &Listener{
		inner: inner, opts: o, srv: o.server,
		fresh: make(chan accepted), done: make(chan struct{}), again: make(chan struct{}, 1),
	}
	if l.opts.tls != nil {
		l.inner = tls.NewListener(inner, l.protocols(l.opts.tls))
	}
	if err == nil {
		err = l.prepare()
	}
	if err != nil {
		l.why.Store(&err)
		l.ended.Store(true)
		return l
	}
	l.attach(l.srv)
	return l
}

// prepare gets what parking needs.
func (l *Listener) prepare() (err error) {
	if l.opts.off {
		return ErrOff
	}
	if l.assumed, err = l.opts.assume(); err != nil {
		return err
	}
	l.reactor = l.opts.reactor
	if l.reactor == nil {
		if l.reactor, err = goetia.Default(); err != nil {
			return err
		}
	}
	l.let = l.park
	l.clock.init(l)
	l.reaper.l = l
	l.shaker.init()
	name := l.opts.name
	if name == "" {
		name = l.inner.Addr().String()
	}
	l.unreport = l.reactor.AddReport("httppark "+name, l.report)
	return nil
}

// ErrOff is what [Listener.Err] returns if parking was switched off with [WithParking].
var ErrOff = errors.New("httppark: parking is switched off")

// Err says why nothing is parked, or nil.
func (l *Listener) Err() error {
	if err := l.why.Load(); err != nil {
		return *err
	}
	return nil
}

// disable ends parking, because the server was seen to do what it must not. What is
// parked is served again as always, and then not parked.
func (l *Listener) disable(why string) {
	err := error(&BrokenError{why})
	if l.why.CompareAndSwap(nil, &err) {
		l.ended.Store(true)
		l.logf("httppark: parking is off: %s", why)
	}
}

// Addr implements net.Listener.
func (l *Listener) Addr() net.Addr { return l.inner.Addr() }

// Accept implements net.Listener. It returns new connections and those that were parked.
func (l *Listener) Accept() (net.Conn, error) {
	if l.clock.l == nil {
		return l.inner.Accept() // it was never to park
	}
	l.starts.Do(func() { go l.accept() })
	for {
		if c := l.next(); c != nil {
			return c.self(), nil
		}
		select {
		case <-l.again:
		case a := <-l.fresh:
			if a.err != nil {
				return nil, a.err
			}
			return l.admit(a.conn), nil
		case <-l.done:
			return nil, net.ErrClosed
		}
	}
}

// accept has the inner listener accept.
func (l *Listener) accept() {
	for {
		c, err := l.inner.Accept()
		if t, ok := c.(*tls.Conn); ok && err == nil && l.assumed.tls && !l.ended.Load() {
			if l.shaker.begin() {
				go l.shake(t)
			} else {
				_ = t.NetConn().Close()
			}
			continue
		}
		if !l.offer(accepted{c, err}) {
			return
		}
	}
}

// offer hands something to whoever accepts, unless the listener is closed.
func (l *Listener) offer(a accepted) bool {
	select {
	case l.fresh <- a:
		return true
	case <-l.done:
		if a.conn != nil {
			_ = a.conn.Close()
		}
		return false
	}
}

// admit makes a new connection known.
func (l *Listener) admit(nc net.Conn) net.Conn {
	if l.ended.Load() || !parkable(nc) || !l.speaksHTTP1(nc) {
		return nc
	}
	c := l.newConn(nc)
	l.mu.Lock()
	l.put(c, serving)
	l.mu.Unlock()
	l.clock.start()
	return c.self()
}

// next is the next parked connection that is to be served again, or nil.
func (l *Listener) next() *conn {
	for {
		l.mu.Lock()
		c := l.lists[accepting].first
		if c == nil {
			l.mu.Unlock()
			return nil
		}
		l.put(c, serving)
		if l.lists[accepting].n > 0 {
			l.ring() // there may be others who accept
		}
		c.mu.Lock()
		claimed := c.is(queued)
		if claimed {
			c.set(fresh)
			c.resumed = true
			c.flags &^= named
			c.deadline = 0
			c.guard()
		} else {
			l.put(c, nowhere) // it was closed meanwhile
		}
		c.mu.Unlock()
		l.mu.Unlock()
		if claimed {
			l.clock.start()
			return c
		}
	}
}

// ring says that there is something to accept again.
func (l *Listener) ring() {
	select {
	case l.again <- struct{}{}:
	default:
	}
}

// Close closes the listener, as the server's Shutdown and Close do, and with it all
// connections that are parked. It does not close connections that the server has; they are
// not parked any more.
func (l *Listener) Close() error {
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		return nil
	}
	l.closed = true
	l.ended.Store(true)
	close(l.done)
	var idle []*conn
	for _, p := range [...]place{waitingIdle, waitingNew, accepting} {
		for c := l.lists[p].first; c != nil; c = l.lists[p].first {
			l.put(c, nowhere)
			idle = append(idle, c)
		}
	}
	// Those that the server has again and that have said nothing yet are idle, which it
	// does not know: Shutdown would wait for them.
	for c := l.lists[serving].first; c != nil; c = c.next {
		c.mu.Lock()
		if c.resumed && c.flags&silent != 0 {
			c.kickLocked()
		}
		c.mu.Unlock()
	}
	l.mu.Unlock()
	l.clock.stop()
	l.reaper.stop()
	err := l.inner.Close()
	l.spare.end()
	l.shaker.close()
	var told []*conn
	for _, c := range idle {
		if c.shut(&l.counts.shut) {
			told = append(told, c)
		}
	}
	// Not here: the server's lock is held, and a hook may use the server.
	if len(told) > 0 {
		go func() {
			for _, c := range told {
				l.hook(c.self())
			}
		}()
	}
	if l.unreport != nil {
		l.unreport()
	}
	return err
}

func (l *Listener) isClosed() bool {
	select {
	case <-l.done:
		return true
	default:
		return false
	}
}
