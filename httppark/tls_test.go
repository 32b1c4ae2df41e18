package httppark

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// cut is beneath a TLS client. It lets records out in the pieces that a test wants.
type cut struct {
	net.Conn
	hold bool
	held []byte
}

func (c *cut) Write(p []byte) (int, error) {
	if !c.hold {
		return c.Conn.Write(p)
	}
	c.held = append(c.held, p...)
	return len(p), nil
}

// TestHalfRecord: a TLS record that comes in pieces holds up nobody: between the
// pieces the connection is parked.
func TestHalfRecord(t *testing.T) {
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		t.Run(tls.VersionName(version), func(t *testing.T) {
			t.Parallel()
			e := startServer(t, true, true, &http.Server{Handler: echo}, ticks)
			raw, err := net.Dial("tcp", e.l.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer raw.Close()
			below := &cut{Conn: raw}
			c := tls.Client(below, &tls.Config{InsecureSkipVerify: true, MaxVersion: version})
			p := &peer{t, c, bufio.NewReader(c)}
			p.send(fmt.Sprintf(get, "a"))
			p.expect("/a")
			e.atRest(1)
			below.hold = true
			p.send(fmt.Sprintf(get, "b"))
			for len(below.held) > 1 {
				n := len(below.held) / 2
				before := e.l.Stats().Resumes
				if _, err := raw.Write(below.held[:n]); err != nil {
					t.Fatal(err)
				}
				below.held = below.held[n:]
				eventually(t, func() bool { return e.l.Stats().Resumes > before })
				e.atRest(1) // with a part of a record in it
			}
			if _, err := raw.Write(below.held); err != nil {
				t.Fatal(err)
			}
			p.expect("/b")
			e.atRest(1)
			// Two requests in one segment are two records.
			below.held = nil
			p.send(fmt.Sprintf(get, "c"))
			p.send(fmt.Sprintf(get, "d"))
			if _, err := raw.Write(below.held); err != nil {
				t.Fatal(err)
			}
			p.expect("/c")
			p.expect("/d")
		})
	}
}

// TestHTTP2: connections that agree on HTTP/2 are handed on untouched.
func TestHTTP2(t *testing.T) {
	t.Parallel()
	cert, err := certificate()
	if err != nil {
		t.Fatal(err)
	}
	config := &tls.Config{Certificates: []tls.Certificate{cert}}
	for _, c := range []struct {
		name string
		make func(*http.Server) *Listener
		want string
	}{
		{"WithTLS", func(s *http.Server) *Listener { return Wrap(listen(t), s, WithTLS(config)) }, "HTTP/2.0"},
		{"a TLS listener", func(s *http.Server) *Listener {
			config := config.Clone()
			config.NextProtos = []string{"h2", "http/1.1"}
			return Wrap(tls.NewListener(listen(t), config), s)
		}, "HTTP/2.0"},
		{"WithTLS, HTTP/1 only", func(s *http.Server) *Listener {
			s.Protocols = new(http.Protocols)
			s.Protocols.SetHTTP1(true)
			return Wrap(listen(t), s, WithTLS(config))
		}, "HTTP/1.1"},
		{"WithTLS and a config that does not name h2", func(s *http.Server) *Listener {
			s.TLSConfig = config
			return Wrap(listen(t), s, WithTLS(config))
		}, "HTTP/1.1"},
		{"WithTLS, switched off in the old way", func(s *http.Server) *Listener {
			s.TLSNextProto = make(map[string]func(*http.Server, *tls.Conn, http.Handler))
			return Wrap(listen(t), s, WithTLS(config))
		}, "HTTP/1.1"},
		{"nothing in common", func(s *http.Server) *Listener {
			config := config.Clone()
			config.NextProtos = []string{}
			return Wrap(tls.NewListener(listen(t), config), s)
		}, "HTTP/1.1"},
	} {
		srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			fmt.Fprint(w, r.Proto, r.TLS != nil)
		})}
		l := c.make(srv)
		served := make(chan error)
		go func() { served <- srv.Serve(l) }()
		transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, ForceAttemptHTTP2: true}
		client := http.Client{Transport: transport, Timeout: patient}
		for range 3 {
			res, err := client.Get("https://" + l.Addr().String())
			if err != nil {
				t.Fatal(c.name, err)
			}
			body, err := io.ReadAll(res.Body)
			res.Body.Close()
			if err != nil || string(body) != c.want+"true" {
				t.Errorf("%s: %q, %v", c.name, body, err)
			}
		}
		transport.CloseIdleConnections()
		if err := srv.Close(); err != nil {
			t.Error(err)
		}
		<-served
		_ = l.Close()
	}
}

// TestUnencryptedHTTP2: a connection that turns out to speak HTTP/2 is left alone.
func TestUnencryptedHTTP2(t *testing.T) {
	t.Parallel()
	srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.Proto) })}
	srv.Protocols = new(http.Protocols)
	srv.Protocols.SetHTTP1(true)
	srv.Protocols.SetUnencryptedHTTP2(true)
	e := startServer(t, true, false, srv)
	var two http.Protocols
	two.SetUnencryptedHTTP2(true)
	transport := &http.Transport{Protocols: &two}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport, Timeout: patient}
	for range 5 {
		res, err := client.Get(e.url)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(res.Body)
		res.Body.Close()
		if string(body) != "HTTP/2.0" {
			t.Errorf("%q", body)
		}
	}
	// HTTP/1 is parked beside it.
	p := e.dial()
	for range 2 {
		p.send(fmt.Sprintf(get, ""))
		p.expect("HTTP/1.1")
	}
	transport.CloseIdleConnections()
}

// TestHandshakeFails: it is logged as net/http logs it, and ends in time.
func TestHandshakeFails(t *testing.T) {
	t.Parallel()
	e := startServer(t, true, true, &http.Server{Handler: echo, ReadHeaderTimeout: short})
	plain, err := http.Get("http://" + e.l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(plain.Body)
	plain.Body.Close()
	if plain.StatusCode != http.StatusBadRequest || !strings.Contains(string(body), "HTTPS") {
		t.Errorf("%s %q", plain.Status, body)
	}
	silent, err := net.Dial("tcp", e.l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	if _, err := io.ReadAll(silent); err != nil {
		t.Error(err)
	}
	if s := e.log.String(); !strings.Contains(s, "TLS handshake error from") {
		t.Errorf("%q", s)
	}
}

// TestCloseDuringHandshake: it is broken off.
func TestCloseDuringHandshake(t *testing.T) {
	t.Parallel()
	e := startServer(t, true, true, &http.Server{Handler: echo})
	silent, err := net.Dial("tcp", e.l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	eventually(t, func() bool { return e.l.Stats().Handshakes > 0 })
	if err := e.srv.Shutdown(context.Background()); err != nil {
		t.Error(err)
	}
	if _, err := io.ReadAll(silent); err != nil && !errors.Is(err, net.ErrClosed) && !strings.Contains(err.Error(), "reset") {
		t.Error(err)
	}
}

// TestServeTLS: TLS above the parking is not parked, and served all the same.
func TestServeTLS(t *testing.T) {
	t.Parallel()
	cert, err := certificate()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	key, err := x509.MarshalPKCS8PrivateKey(cert.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	certFile, keyFile := filepath.Join(dir, "cert"), filepath.Join(dir, "key")
	for name, block := range map[string]*pem.Block{certFile: {Type: "CERTIFICATE", Bytes: cert.Certificate[0]}, keyFile: {Type: "PRIVATE KEY", Bytes: key}} {
		if err := os.WriteFile(name, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	srv := &http.Server{Handler: echo}
	l := Wrap(listen(t), srv, WithLinger(0, 0))
	served := make(chan error)
	go func() { served <- srv.ServeTLS(l, certFile, keyFile) }()
	// The handshake begins when a connection that is the server's own would have been parked.
	late := func(ctx context.Context, network, addr string) (net.Conn, error) {
		c, err := new(net.Dialer).DialContext(ctx, network, addr)
		for began := l.clock.tick.Load(); err == nil && l.clock.tick.Load()-began < 4; {
			select {
			case <-time.After(time.Millisecond):
			case <-ctx.Done():
				err = ctx.Err()
			}
		}
		return c, err
	}
	transport := &http.Transport{DialContext: late, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport, Timeout: patient}
	for range 3 {
		res, err := client.Get("https://" + l.Addr().String() + "/on")
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(res.Body)
		res.Body.Close()
		if string(body) != "/on" {
			t.Errorf("%q", body)
		}
	}
	if err := srv.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	<-served
}

// TestNoRequestTLS: where net/http takes Request.TLS from a *tls.Conn only, TLS is not parked.
func TestNoRequestTLS(t *testing.T) {
	t.Parallel()
	old := func(o *options) {
		o.assume = func() (assumptions, error) {
			a, err := probed()
			a.tls = false
			return a, err
		}
	}
	e := startServer(t, true, true, &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, r.TLS != nil)
	})}, old)
	for range 3 {
		if _, body := e.get("/"); body != "true" {
			t.Error(body)
		}
	}
	if s := e.l.Stats(); s.Parks != 0 || s.Serving != 0 {
		t.Errorf("%+v", s)
	}
}
