package httppark

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"
)

// A TLS connection cannot be used after its Close, and net/http closes what it is told has
// ended. So the *tls.Conn is beneath the connection that is parked, and the handshake is
// made here, before the server accepts the connection (docs/adr/0021).

// shaker counts handshakes in progress.
type shaker struct {
	ctx    context.Context
	cancel context.CancelFunc
	mu     sync.Mutex
	n      int
	closed bool
}

func (s *shaker) init() { s.ctx, s.cancel = context.WithCancel(context.Background()) }

func (s *shaker) begin() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.n++
	return true
}

func (s *shaker) end() {
	s.mu.Lock()
	s.n--
	s.mu.Unlock()
}

func (s *shaker) running() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.n
}

// close breaks handshakes off.
func (s *shaker) close() {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	if s.cancel != nil {
		s.cancel()
	}
}

// shake makes the handshake of a new connection, and hands that on.
func (l *Listener) shake(t *tls.Conn) {
	defer l.shaker.end()
	if err := l.handshake(t); err != nil {
		var header tls.RecordHeaderError
		reason := err.Error()
		if errors.As(err, &header) && header.Conn != nil && looksLikeHTTP(header.RecordHeader) {
			_, _ = io.WriteString(header.Conn, "HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n")
			reason = "client sent an HTTP request to an HTTPS server"
		}
		if !l.ended.Load() {
			l.logf("http: TLS handshake error from %s: %v", t.RemoteAddr(), reason)
		}
		_ = t.NetConn().Close()
		return
	}
	l.offer(accepted{conn: t})
}

func (l *Listener) handshake(t *tls.Conn) error {
	d := handshakeTimeout(l.srv)
	if d > 0 {
		if err := t.SetDeadline(time.Now().Add(d)); err != nil {
			return err
		}
	}
	if err := t.HandshakeContext(l.shaker.ctx); err != nil {
		return err
	}
	if d > 0 {
		return t.SetDeadline(time.Time{})
	}
	return nil
}

// handshakeTimeout is the limit that net/http has for handshakes, or 0.
func handshakeTimeout(srv *http.Server) (d time.Duration) {
	for _, t := range [...]time.Duration{srv.ReadHeaderTimeout, srv.ReadTimeout, srv.WriteTimeout} {
		if t > 0 && (d == 0 || t < d) {
			d = t
		}
	}
	return d
}

// looksLikeHTTP says whether what should be a TLS record begins like a request.
func looksLikeHTTP(header [5]byte) bool {
	switch string(header[:]) {
	case "GET /", "HEAD ", "POST ", "PUT /", "OPTIO":
		return true
	}
	return false
}

// protocols adds to a config what the server speaks, if the user has not said it.
func (l *Listener) protocols(config *tls.Config) *tls.Config {
	if len(config.NextProtos) > 0 || l.srv == nil {
		return config
	}
	config = config.Clone()
	h1, h2 := true, true
	if p := l.srv.Protocols; p != nil {
		h1, h2 = p.HTTP1(), p.HTTP2()
	} else if _, ok := l.srv.TLSNextProto["h2"]; l.srv.TLSNextProto != nil && !ok {
		h2 = false
	}
	if c := l.srv.TLSConfig; c != nil && !slices.Contains(c.NextProtos, "h2") {
		h2 = false // the server does not set HTTP/2 up then
	}
	if h2 {
		config.NextProtos = append(config.NextProtos, "h2")
	}
	if h1 {
		config.NextProtos = append(config.NextProtos, "http/1.1")
	}
	return config
}

// speaksHTTP1 says whether a connection speaks what can be parked.
func (l *Listener) speaksHTTP1(nc net.Conn) bool {
	t, ok := nc.(*tls.Conn)
	switch {
	case !ok:
		return true
	case !l.assumed.tls:
		return false // no handshake was made
	}
	switch t.ConnectionState().NegotiatedProtocol {
	case "", "http/1.0", "http/1.1":
		return true
	}
	return false
}

// logf logs where the server does.
func (l *Listener) logf(format string, args ...any) {
	if l.srv != nil && l.srv.ErrorLog != nil {
		l.srv.ErrorLog.Printf(format, args...)
		return
	}
	log.Printf(format, args...)
}
