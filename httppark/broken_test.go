package httppark

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/goetia-go/goetia"
)

// TestUnknownServer: if net/http is another one, nothing is parked, and everything served.
func TestUnknownServer(t *testing.T) {
	t.Parallel()
	srv := &http.Server{Handler: echo}
	unknown := func(o *options) {
		o.assume = func() (assumptions, error) {
			return probe(func(c net.Conn) net.Conn { return &roomy{Conn: c} })
		}
	}
	l := Wrap(listen(t), srv, WithLinger(0, 0), unknown)
	var broken *BrokenError
	if err := l.Err(); !errors.As(err, &broken) || !strings.Contains(err.Error(), "idle: true") {
		t.Error(err)
	}
	e := &env{t: t, srv: srv, l: l}
	served := make(chan error)
	go func() { served <- srv.Serve(l) }()
	p := e.dial()
	for range 3 {
		p.send(fmt.Sprintf(get, "") + "GE")
		p.expect("/")
		p.send("T /b HTTP/1.1\r\nHost: x\r\n\r\n")
		p.expect("/b")
	}
	if s := l.Stats(); s.Parks != 0 {
		t.Errorf("%+v", s)
	}
	p.Close()
	if err := srv.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	<-served
}

// TestServerGoesWrong: a server that is seen to do what it must not is not trusted any
// more, and its connection is closed.
func TestServerGoesWrong(t *testing.T) {
	t.Parallel()
	e := startServer(t, true, false, &http.Server{Handler: echo})
	p := e.dial()
	p.send(fmt.Sprintf(get, ""))
	p.expect("/")
	e.settle()
	near, far := net.Pipe()
	defer far.Close()
	c := e.l.newConn(near)
	c.set(leaving)
	go func() { _, _ = far.Read(make([]byte, 3)) }()
	if n, err := c.Write([]byte("bye")); n != 3 || err != nil {
		t.Error(n, err)
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	if _, err := near.Write(nil); err == nil {
		t.Error("it is open")
	}
	if err := e.l.Err(); err == nil || !strings.Contains(e.log.String(), "parking is off") {
		t.Errorf("%v, %q", err, e.log.String())
	}
	// What is parked is served, and then stays with the server; so is what is new.
	q := e.dial()
	for _, c := range []*peer{p, q, p, q} {
		c.send(fmt.Sprintf(get, "on"))
		c.expect("/on")
	}
	if s := e.l.Stats(); s.Parked != 0 || s.Parks != 1 {
		t.Errorf("%+v", s)
	}
}

// TestUnwatchable: connections without a descriptor are served as always.
func TestUnwatchable(t *testing.T) {
	t.Parallel()
	near, far := net.Pipe()
	defer far.Close()
	srv := &http.Server{Handler: echo}
	l := Wrap(&single{conn: near, over: make(chan struct{})}, srv, WithLinger(0, 0))
	served := make(chan error)
	go func() { served <- srv.Serve(l) }()
	p := (&env{t: t}).over(far)
	for range 3 {
		p.send(fmt.Sprintf(get, ""))
		p.expect("/")
	}
	if s := l.Stats(); s.Serving+s.Parked != 0 {
		t.Errorf("%+v", s)
	}
	if err := srv.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	<-served
}

// TestUnix: connections of package net other than TCP's are parked as well.
func TestUnix(t *testing.T) {
	t.Parallel()
	dir, err := os.MkdirTemp("", "park") // t.TempDir's may be too long a name
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	name := filepath.Join(dir, "s")
	if runtime.GOOS == "windows" {
		nl, err := net.Listen("unix", name)
		if err != nil {
			t.Skipf("no Unix sockets here, as in Wine 10: %v", err)
		}
		nl.Close()
	}
	srv := &http.Server{Handler: http.FileServer(http.Dir("."))}
	l, err := Listen("unix", name, WithServer(srv), WithLinger(0, 0))
	if err != nil {
		t.Fatal(err)
	}
	parked := make(chan bool, 10)
	l.let = func(c *conn) bool {
		ok := l.park(c)
		parked <- ok
		return ok
	}
	served := make(chan error)
	go func() { served <- srv.Serve(l) }()
	c, err := net.Dial("unix", name)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	p := (&env{t: t}).over(c)
	want, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		p.send(fmt.Sprintf(get, "doc.go"))
		p.expect(string(want))
		if !<-parked {
			t.Error("not parked")
		}
	}
	if err := srv.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	<-served
}

// TestReport: the Reactor shows the listener's numbers for as long as it is open.
func TestReport(t *testing.T) {
	t.Parallel()
	r, err := goetia.New(goetia.WithBackground())
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	e := startServer(t, true, false, &http.Server{Handler: echo}, WithReactor(r), WithName("shop"))
	p := e.dial()
	p.send(fmt.Sprintf(get, ""))
	p.expect("/")
	e.settle()
	find := func() (n uint64, ok bool) {
		for _, rep := range r.Stats().Reports {
			for _, m := range rep.Metrics {
				if rep.Name == "httppark shop" && m.Name == "parked" {
					return m.Value, m.Gauge
				}
			}
		}
		return 0, false
	}
	if n, ok := find(); n != 1 || !ok {
		t.Error(n, ok)
	}
	if err := e.srv.Close(); err != nil {
		t.Error(err)
	}
	if _, ok := find(); ok {
		t.Error("it is shown although it is closed")
	}
}

// TestReactorClosed: whoever closes the Reactor beneath loses parked connections to the
// server, not for ever.
func TestReactorClosed(t *testing.T) {
	t.Parallel()
	r, err := goetia.New(goetia.WithBackground())
	if err != nil {
		t.Fatal(err)
	}
	h := &history{ended: make(chan net.Conn, 10)}
	e := startServer(t, true, false, &http.Server{Handler: echo, ConnState: h.hook}, WithReactor(r))
	p := e.dial()
	p.send(fmt.Sprintf(get, ""))
	p.expect("/")
	e.settle()
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	p.send(fmt.Sprintf(get, "on"))
	p.expect("/on")
	p.ended() // it cannot be parked
	if got := h.await(t); got != "new active idle active idle closed" {
		t.Error(got)
	}
	if s := e.l.Stats(); s.Failed != 1 {
		t.Errorf("%+v", s)
	}
}

// TestParkedConnectionsLeaveNoGoroutine: which is what this is all about.
func TestParkedConnectionsLeaveNoGoroutine(t *testing.T) {
	const n = 200
	before := runtime.NumGoroutine()
	e := startServer(t, true, false, &http.Server{Handler: echo})
	peers := make([]*peer, n)
	for i := range peers {
		peers[i] = e.dial()
		peers[i].send(fmt.Sprintf(get, ""))
		peers[i].expect("/")
		e.settle()
	}
	if s := e.l.Stats(); s.Parked != n {
		t.Errorf("%+v", s)
	}
	// The one that has parked the last of them may not have ended yet.
	eventually(t, func() bool { return runtime.NumGoroutine()-before <= 20 })
	for _, p := range peers {
		p.send(fmt.Sprintf(get, "on"))
		p.expect("/on")
		e.settle()
	}
}
