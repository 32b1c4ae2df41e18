// Package webserve is the server of goetia serve: files of a folder over HTTP or HTTPS, whose
// idle connections are parked, and the page that shows what is parked.
package webserve

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"time"

	"github.com/goetia-go/goetia"
	"github.com/goetia-go/goetia/debug"
	"github.com/goetia-go/goetia/httppark"
)

// Options configure [Listen].
type Options struct {
	// Dir is the folder that is served.
	Dir string
	// TLS has it served over HTTPS, with a certificate that is made up.
	TLS bool
	// Park has idle connections parked.
	Park bool
	// Linger is how long a connection keeps its goroutine at least, or 0 for the default.
	Linger time.Duration
	// Log is where the server writes what goes wrong.
	Log io.Writer
}

// DebugPath is where the page is that shows the Reactor.
const DebugPath = "/debug/goetia/"

// Server serves a folder.
type Server struct {
	l       *httppark.Listener
	srv     *http.Server
	reactor *goetia.Reactor
	scheme  string
}

// grace is how long a request that is being served may take when the server ends.
const grace = 5 * time.Second

// Listen opens a server. It serves once Serve is called.
func Listen(addr string, o Options) (*Server, error) {
	r, err := goetia.New(goetia.WithBackground())
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("GET "+DebugPath+"{$}", debug.Handler(r))
	mux.Handle("/", http.FileServer(http.Dir(o.Dir)))
	s := &Server{reactor: r, scheme: "http", srv: &http.Server{
		Handler:           mux,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       10 * time.Minute,
		ErrorLog:          log.New(o.Log, "goetia: ", 0),
	}}
	opts := []httppark.Option{httppark.WithServer(s.srv), httppark.WithReactor(r), httppark.WithParking(o.Park)}
	if o.Linger > 0 {
		opts = append(opts, httppark.WithLinger(o.Linger, max(o.Linger, 3*time.Second)))
	}
	if o.TLS {
		s.scheme = "https"
		cert, err := selfSigned()
		if err != nil {
			return nil, errors.Join(err, r.Close())
		}
		opts = append(opts, httppark.WithTLS(&tls.Config{Certificates: []tls.Certificate{cert}}))
	}
	if s.l, err = httppark.Listen("tcp", addr, opts...); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return s, nil
}

// Addr is where it listens.
func (s *Server) Addr() net.Addr { return s.l.Addr() }

// URL is what a browser is pointed at.
func (s *Server) URL() string { return s.scheme + "://" + s.l.Addr().String() + "/" }

// Parking is nil if idle connections are parked, and otherwise says why not.
func (s *Server) Parking() error { return s.l.Err() }

// Stats are the listener's numbers.
func (s *Server) Stats() httppark.Stats { return s.l.Stats() }

// Serve serves until ctx is done, and then for as long as requests take that are being
// served, up to five seconds.
func (s *Server) Serve(ctx context.Context) error {
	down := make(chan error, 1)
	stop := context.AfterFunc(ctx, func() {
		ctx, cancel := context.WithTimeout(context.Background(), grace)
		defer cancel()
		err := s.srv.Shutdown(ctx)
		if err != nil {
			err = errors.Join(err, s.srv.Close())
		}
		down <- err
	})
	err := s.srv.Serve(s.l)
	if errors.Is(err, http.ErrServerClosed) {
		err = nil
	}
	if !stop() {
		err = errors.Join(err, <-down)
	}
	return errors.Join(err, s.reactor.Close())
}
