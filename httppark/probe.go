package httppark

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"time"
)

// What this package takes for granted about net/http is nowhere promised: see phase. So
// before anything is parked, a server of the Go version in use is led through
// each of these situations over connections that exist in memory only, and parking is off
// if it does something else. That takes a millisecond, once in a program.

// assumptions is what has been found out about net/http.
type assumptions struct {
	// room is how much the server offers to Read if it has nothing buffered.
	room int
	// tls: it takes Request.TLS from connections that are not a *tls.Conn.
	tls bool
}

// BrokenError says that net/http is not, or does not do, what this package knows it by. Parking
// is then off, and connections are served as without this package.
type BrokenError struct{ what string }

// Error says what it is that is not there or behaves otherwise.
func (e *BrokenError) Error() string {
	return "httppark: this Go version's net/http is not the one that is known: " + e.what
}

// probed is what probe has found.
var probed = sync.OnceValues(func() (assumptions, error) { return probe(nil) })

// situation is something that a client does before it falls silent.
type situation struct {
	name string
	// chunks are what it sends. A Read takes no more than one.
	chunks []string
	// during: the handler waits until all was read.
	during bool
	// parks: nothing of a next request has come.
	parks bool
}

const request = "GET / HTTP/1.1\r\nHost: probe\r\n\r\n"

var situations = []situation{
	{"a request", []string{request}, false, true},
	{"two requests in one segment", []string{request + request}, false, true},
	{"two requests", []string{request, request}, false, true},
	{"a request of HTTP/1.0", []string{"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"}, false, true},
	{"a body that nobody reads", []string{"POST / HTTP/1.1\r\nHost: probe\r\nContent-Length: 5\r\n\r\n12", "345"}, false, true},
	{"1 byte more", []string{request + "G"}, false, false},
	{"2 bytes more", []string{request + "GE"}, false, false},
	{"3 bytes more", []string{request + "GET"}, false, false},
	{"4 bytes more", []string{request + "GET "}, false, false},
	{"a byte more after the body", []string{"POST / HTTP/1.1\r\nHost: probe\r\nContent-Length: 2\r\n\r\n", "12G"}, false, false},
	{"a byte more during the handler", []string{request, "G"}, true, false},
	{"a line more", []string{request + "GET / HTTP/1.1\r\n"}, false, false},
	{"two lines more", []string{request + "GET / HTTP/1.1\r\nHost: probe\r\n"}, false, false},
	{"a line more, in pieces", []string{request + "GET", " / HTTP/1.1\r\n"}, false, false},
	{"a part of a body more", []string{request + "POST / HTTP/1.1\r\nHost: probe\r\nContent-Length: 2\r\n\r\n1"}, false, false},
}

// probe leads a server through the situations. In tests distort stands between the server
// and its connections, to make it another one.
func probe(distort func(net.Conn) net.Conn) (a assumptions, err error) {
	if distort == nil {
		distort = func(c net.Conn) net.Conn { return c }
	}
	a.room, err = findRoom(distort)
	if err != nil {
		return a, err
	}
	for _, s := range situations {
		parks, err := a.try(s, distort)
		if err != nil {
			return a, err
		}
		if parks != s.parks {
			return a, &BrokenError{fmt.Sprintf("after %s it looks idle: %t, want %t", s.name, parks, s.parks)}
		}
	}
	a.tls = sawTLS(distort)
	return a, nil
}

// findRoom finds how large a buffer is offered when there is nothing in it.
func findRoom(distort func(net.Conn) net.Conn) (room int, err error) {
	c := newScripted(request)
	idle := false
	err = serve(distort(c), nil, func(s http.ConnState) { idle = s == http.StateIdle })
	if !idle && c.room == 0 {
		return 0, errors.Join(err, &BrokenError{"a connection is never idle"})
	}
	// With less, more than three bytes could hide in a line that is not complete.
	if c.room < 64 {
		return 0, &BrokenError{fmt.Sprintf("it reads %d bytes at a time", c.room)}
	}
	return c.room, err
}

// try says whether a connection in some situation would be parked.
func (a assumptions) try(s situation, distort func(net.Conn) net.Conn) (parks bool, err error) {
	in := newScripted(s.chunks...)
	l := &Listener{assumed: a, done: make(chan struct{})}
	l.srv = &http.Server{ErrorLog: log.New(io.Discard, "", 0)}
	l.let = func(*conn) bool { parks = true; return true }
	c := l.newConn(in)
	// As far as this is concerned, it can be parked only after a request.
	c.set(busy)
	err = serve(distort(c.self()), func() {
		if s.during {
			<-in.empty
		}
	}, func(s http.ConnState) { c.note(s) })
	if e := l.Err(); e != nil {
		return parks, e
	}
	return parks, err
}

// sawTLS says whether Request.TLS is set for a connection that has a ConnectionState.
func sawTLS(distort func(net.Conn) net.Conn) (saw bool) {
	c := stated{newScripted(request)}
	h := func(_ http.ResponseWriter, r *http.Request) { saw = r.TLS != nil && r.TLS.Version == tls.VersionTLS13 }
	err := serveHandler(distort(c), http.HandlerFunc(h), func(http.ConnState) {})
	return saw && err == nil
}

type stated struct{ *scripted }

func (stated) ConnectionState() tls.ConnectionState {
	return tls.ConnectionState{Version: tls.VersionTLS13, HandshakeComplete: true}
}

func serve(c net.Conn, handle func(), hook func(http.ConnState)) error {
	return serveHandler(c, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		if handle != nil {
			handle()
		}
	}), hook)
}

// patience is how long a server may take that works with memory only.
const patience = 10 * time.Second

// serveHandler has a server of its own serve one connection, until that is closed.
func serveHandler(c net.Conn, h http.Handler, hook func(http.ConnState)) error {
	one := &single{conn: c, over: make(chan struct{})}
	srv := &http.Server{Handler: h, ErrorLog: log.New(io.Discard, "", 0)}
	srv.ConnState = func(_ net.Conn, s http.ConnState) {
		hook(s)
		if s == http.StateClosed {
			_ = one.Close()
		}
	}
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = srv.Serve(one) // it returns when one is over
	}()
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-one.over:
	case <-timer.C:
		_ = srv.Close()
		return &BrokenError{"a connection whose client has left is not closed"}
	}
	<-served
	return nil
}

// single is a listener with one connection.
type single struct {
	mu   sync.Mutex
	conn net.Conn
	once sync.Once
	over chan struct{}
}

func (s *single) Accept() (net.Conn, error) {
	s.mu.Lock()
	c := s.conn
	s.conn = nil
	s.mu.Unlock()
	if c != nil {
		return c, nil
	}
	<-s.over
	return nil, net.ErrClosed
}

func (s *single) Close() error {
	s.once.Do(func() { close(s.over) })
	return nil
}

func (s *single) Addr() net.Addr { return &net.TCPAddr{} }
