package httppark

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"
)

var certificate = sync.OnceValues(func() (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, err
})

// patient is how long a test waits for what must happen.
const patient = time.Minute

// env is a server for a test.
type env struct {
	t      *testing.T
	parks  bool
	tls    bool
	srv    *http.Server
	l      *Listener
	client *http.Client
	url    string
	log    *syncBuffer
	// let receives each connection that was parked.
	let chan *conn
	// served receives what Serve has returned.
	served chan error
}

type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// noTicks has connections parked after a request only, and never because they linger;
// ticks undoes that.
func noTicks(o *options) { o.tick = time.Hour }

func ticks(o *options) { o.tick = 0 }

// startServer has srv serve. Without other options connections are parked at once.
func startServer(t *testing.T, parks, secure bool, srv *http.Server, opts ...Option) *env {
	t.Helper()
	e := &env{t: t, parks: parks, tls: secure, srv: srv, log: new(syncBuffer), let: make(chan *conn, 10_000), served: make(chan error, 1)}
	if srv.ErrorLog == nil {
		srv.ErrorLog = log.New(e.log, "", 0)
	}
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	e.url = "http://" + inner.Addr().String()
	opts = append([]Option{WithParking(parks), WithLinger(0, 0), noTicks}, opts...)
	transport := &http.Transport{MaxIdleConnsPerHost: 100}
	if secure {
		cert, err := certificate()
		if err != nil {
			t.Fatal(err)
		}
		opts = append(opts, WithTLS(&tls.Config{Certificates: []tls.Certificate{cert}, NextProtos: []string{"http/1.1"}}))
		transport.TLSClientConfig = &tls.Config{InsecureSkipVerify: true}
		e.url = "https://" + inner.Addr().String()
	}
	e.client = &http.Client{Transport: transport, Timeout: patient}
	e.l = Wrap(inner, srv, opts...)
	if err := e.l.Err(); (err == nil) != parks {
		t.Fatal(err)
	}
	e.l.let = func(c *conn) bool {
		ok := e.l.park(c)
		if ok {
			e.let <- c
		}
		return ok
	}
	go func() { e.served <- srv.Serve(e.l) }()
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		ctx, cancel := context.WithTimeout(context.Background(), patient)
		defer cancel()
		if err := srv.Shutdown(ctx); err != nil {
			t.Error("shutdown:", err)
			_ = srv.Close()
		}
		_ = e.l.Close()
		if err := <-e.served; err != http.ErrServerClosed && err != nil && !isClosed(err) {
			t.Error("Serve:", err)
		}
		if t.Failed() {
			t.Log("the server's log:\n" + e.log.String())
		}
	})
	return e
}

func isClosed(err error) bool { return err == net.ErrClosed }

// matrix runs a test with parking and without, over TCP and TLS, with the same
// expectations.
func matrix(t *testing.T, f func(t *testing.T, start func(srv *http.Server, opts ...Option) *env)) {
	t.Parallel()
	for _, c := range []struct {
		name          string
		parks, secure bool
		opts          []Option
	}{
		{"parked", true, false, nil},
		{"parked whole", true, false, []Option{WithThinParking(false)}},
		{"as always", false, false, nil},
		{"parked TLS", true, true, nil},
		{"TLS as always", false, true, nil},
	} {
		if len(c.opts) > 0 && !canSlim {
			continue // that is what the first row is
		}
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f(t, func(srv *http.Server, opts ...Option) *env {
				t.Helper()
				return startServer(t, c.parks, c.secure, srv, append(c.opts[:len(c.opts):len(c.opts)], opts...)...)
			})
		})
	}
}

// settle waits until a connection was parked, where that is done.
func (e *env) settle() {
	e.t.Helper()
	if !e.parks {
		return
	}
	select {
	case <-e.let:
	case <-time.After(patient):
		e.t.Fatalf("nothing was parked: %+v", e.l.Stats())
	}
}

// atRest waits until so many connections are parked, where that is done, and the server has none. It
// is for tests with ticks, where one may be parked before its first request as well.
func (e *env) atRest(n int) {
	e.t.Helper()
	if !e.parks {
		return
	}
	eventually(e.t, func() bool {
		s := e.l.Stats()
		return s.Parked == n && s.Serving+s.Resuming == 0
	})
}

// eventually waits for what nothing tells of.
func eventually(t *testing.T, f func() bool) {
	t.Helper()
	for until := time.Now().Add(patient); !f(); time.Sleep(time.Millisecond) {
		if time.Now().After(until) {
			t.Fatal("it did not come about")
		}
	}
}

// dial connects without a client of net/http.
func (e *env) dial() *peer {
	e.t.Helper()
	var c net.Conn
	c, err := net.Dial("tcp", e.l.Addr().String())
	if err != nil {
		e.t.Fatal(err)
	}
	e.t.Cleanup(func() { c.Close() })
	if e.tls {
		c = tls.Client(c, &tls.Config{InsecureSkipVerify: true})
	}
	return e.over(c)
}

// over is a client by hand.
func (e *env) over(c net.Conn) *peer {
	e.t.Helper()
	if err := c.SetDeadline(time.Now().Add(patient)); err != nil {
		e.t.Fatal(err)
	}
	return &peer{e.t, c, bufio.NewReader(c)}
}

// peer is a client by hand.
type peer struct {
	t *testing.T
	net.Conn
	r *bufio.Reader
}

func (p *peer) send(s string) {
	p.t.Helper()
	p.goOn()
	if _, err := io.WriteString(p, s); err != nil {
		p.t.Fatal(err)
	}
}

// goOn has it be patient from now on.
func (p *peer) goOn() {
	p.t.Helper()
	if err := p.SetDeadline(time.Now().Add(patient)); err != nil {
		p.t.Fatal(err)
	}
}

// receive reads a response.
func (p *peer) receive() (*http.Response, string) {
	p.t.Helper()
	res, err := http.ReadResponse(p.r, nil)
	if err != nil {
		p.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return res, string(body)
}

// expect reads a response with a body.
func (p *peer) expect(body string) {
	p.t.Helper()
	if res, got := p.receive(); res.StatusCode != http.StatusOK || got != body {
		p.t.Fatalf("%s %q, want %q", res.Status, got, body)
	}
}

// asks makes a request, and says whether it was answered.
func (p *peer) asks() bool {
	p.t.Helper()
	p.goOn()
	if _, err := fmt.Fprintf(p, get, ""); err != nil {
		return false
	}
	res, err := http.ReadResponse(p.r, nil)
	if err != nil {
		return false
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	return err == nil && res.StatusCode == http.StatusOK && string(body) == "/"
}

// ended reads to the end of what the server sends.
func (p *peer) ended() string {
	p.t.Helper()
	rest, err := io.ReadAll(p.r)
	if ne, ok := err.(net.Error); ok && ne.Timeout() {
		p.t.Fatal("the connection is open:", err)
	}
	return string(rest)
}

// get makes a request.
func (e *env) get(path string) (*http.Response, string) {
	e.t.Helper()
	res, err := e.client.Get(e.url + path)
	if err != nil {
		e.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		e.t.Fatal(err)
	}
	return res, string(body)
}

// echo answers with the request's path and body.
var echo = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	_, _ = io.WriteString(w, r.URL.Path+string(body))
})
