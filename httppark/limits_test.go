package httppark

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"
)

// short is a time that a test waits for. A TLS handshake must be possible meanwhile, and whoever is to be
// in time may have to wait for a processor first.
var short = func() time.Duration {
	if runtime.GOOS == "windows" || runtime.GOARCH != "amd64" || os.Getenv("GOETIA_EMULATED") != "" {
		return time.Second // Wine is slow, and so are processors that are emulated
	}
	return 500 * time.Millisecond
}()

// inTime tries a test whose client must be in time, with longer and longer limits until it is: however
// slow the machine, what is always too late is cut off by a limit that it should not be.
func inTime(t *testing.T, f func(t *testing.T, limit time.Duration) bool) {
	t.Helper()
	for limit := short / 2; !f(t, limit); limit *= 2 {
		if limit > patient/10 {
			t.Fatalf("it was not in time, and it had %v", limit)
		}
	}
}

// TestIdleTimeout: an idle connection is closed in time, and a busy one is not.
func TestIdleTimeout(t *testing.T) {
	matrix(t, func(t *testing.T, start func(*http.Server, ...Option) *env) {
		inTime(t, func(t *testing.T, limit time.Duration) bool {
			h := &history{ended: make(chan net.Conn, 10)}
			e := start(&http.Server{Handler: echo, IdleTimeout: limit, ConnState: h.hook})
			p := e.dial()
			began := time.Now()
			for range 2 {
				if !p.asks() {
					return false
				}
			}
			p.ended()
			if d := time.Since(began); d < limit {
				t.Errorf("closed after %v", d)
			}
			if got, want := h.await(t), "new active idle active idle closed"; got != want {
				t.Errorf("%s, want %s", got, want)
			}
			return true
		})
	})
}

// TestReadHeaderTimeout: the limit holds for a connection that sends nothing, and for
// one that sends a part of a request after a pause.
func TestReadHeaderTimeout(t *testing.T) {
	matrix(t, func(t *testing.T, start func(*http.Server, ...Option) *env) {
		inTime(t, func(t *testing.T, limit time.Duration) bool {
			e := start(&http.Server{Handler: echo, ReadHeaderTimeout: limit}, ticks)
			e.dial().ended()
			p := e.dial()
			if !p.asks() {
				return false
			}
			e.atRest(1)
			p.send("GET / HTTP/1.1\r\n")
			p.ended()
			return true
		})
	})
}

// TestSlowloris: a client that sends a byte and waits is held to what is left of
// IdleTimeout, although the server has no limit for headers.
func TestSlowloris(t *testing.T) {
	matrix(t, func(t *testing.T, start func(*http.Server, ...Option) *env) {
		inTime(t, func(t *testing.T, limit time.Duration) bool {
			e := start(&http.Server{Handler: echo, IdleTimeout: limit})
			p := e.dial()
			p.send(fmt.Sprintf(get, ""))
			p.expect("/")
			e.settle()
			if _, err := io.WriteString(p, "G"); err != nil {
				return false
			}
			p.ended()
			// With enough bytes it is no longer idle.
			p = e.dial()
			p.send(fmt.Sprintf(get, ""))
			p.expect("/")
			e.settle()
			if _, err := io.WriteString(p, "GET "); err != nil {
				return false
			}
			if err := p.SetReadDeadline(time.Now().Add(2 * limit)); err != nil {
				t.Fatal(err)
			}
			_, err := p.r.ReadByte()
			return errors.Is(err, os.ErrDeadlineExceeded)
		})
	})
}

// TestHandlerDeadlines: what a handler sets is over with its request.
func TestHandlerDeadlines(t *testing.T) {
	matrix(t, func(t *testing.T, start func(*http.Server, ...Option) *env) {
		inTime(t, func(t *testing.T, limit time.Duration) bool {
			e := start(&http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				rc := http.NewResponseController(w)
				if r.URL.Path == "/late" {
					if err := rc.SetReadDeadline(time.Now().Add(-time.Second)); err != nil {
						t.Error(err)
					}
					if _, err := io.ReadAll(r.Body); !errors.Is(err, os.ErrDeadlineExceeded) {
						t.Error(err)
					}
					return
				}
				if err := errors.Join(rc.SetReadDeadline(time.Now().Add(limit)), rc.SetWriteDeadline(time.Now().Add(limit))); err != nil {
					t.Error(err)
				}
				echo(w, r)
			})})
			p := e.dial()
			for range 2 {
				if !p.asks() {
					return false
				}
				e.settle()
				<-time.After(2 * limit)
			}
			p.send("POST /late HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n")
			p.ended()
			return true
		})
	})
}

// TestShutdown: idle connections are closed, and one that is busy is waited for.
func TestShutdown(t *testing.T) {
	matrix(t, func(t *testing.T, start func(*http.Server, ...Option) *env) {
		begun, goOn, hooked := make(chan bool, 1), make(chan bool), make(chan bool, 1)
		h := &history{ended: make(chan net.Conn, 10)}
		var e *env
		e = start(&http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/wait" {
				begun <- true
				<-goOn
			}
			echo(w, r)
		}), ConnState: func(c net.Conn, s http.ConnState) {
			if s == http.StateClosed {
				e.srv.RegisterOnShutdown(func() {}) // takes the server's lock
			}
			h.hook(c, s)
		}})
		e.srv.RegisterOnShutdown(func() { hooked <- true })
		p, q, silent := e.dial(), e.dial(), e.dial()
		for _, c := range []*peer{p, q} {
			c.send(fmt.Sprintf(get, ""))
			c.expect("/")
			e.settle()
		}
		q.send(fmt.Sprintf(get, "wait"))
		<-begun
		ctx, cancel := context.WithTimeout(t.Context(), patient)
		defer cancel()
		down := make(chan error)
		go func() { down <- e.srv.Shutdown(ctx) }()
		p.ended()
		if got := h.await(t); got != "new active idle closed" {
			t.Error(got)
		}
		<-hooked
		select {
		case err := <-down:
			t.Error("Shutdown did not wait:", err)
		default:
		}
		close(goOn)
		q.expect("/wait")
		q.ended()
		if e.tls {
			silent.Close() // it is in its handshake, which Shutdown waits for if net/http makes it
		}
		if err := <-down; err != nil {
			t.Error(err)
		}
		silent.Close()
	})
}

// TestServerClose: all connections are closed at once.
func TestServerClose(t *testing.T) {
	matrix(t, func(t *testing.T, start func(*http.Server, ...Option) *env) {
		begun := make(chan bool, 1)
		e := start(&http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/wait" {
				begun <- true
				<-r.Context().Done()
			}
			echo(w, r)
		})})
		p, q := e.dial(), e.dial()
		for _, c := range []*peer{p, q} {
			c.send(fmt.Sprintf(get, ""))
			c.expect("/")
			e.settle()
		}
		q.send(fmt.Sprintf(get, "wait"))
		<-begun
		if err := e.srv.Close(); err != nil {
			t.Error(err)
		}
		p.ended()
		_, _ = io.Copy(io.Discard, q.r)
		if s := e.l.Stats(); s.Parked+s.Resuming != 0 || e.parks && s.Shut != 1 {
			t.Errorf("%+v", s)
		}
	})
}

// TestListenerClosed: whoever closes only the listener goes on serving what is busy.
func TestListenerClosed(t *testing.T) {
	t.Parallel()
	begun, goOn := make(chan bool, 1), make(chan bool)
	e := startServer(t, true, false, &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/wait" {
			begun <- true
			<-goOn
		}
		echo(w, r)
	})})
	p, q := e.dial(), e.dial()
	for _, c := range []*peer{p, q} {
		c.send(fmt.Sprintf(get, ""))
		c.expect("/")
		e.settle()
	}
	q.send(fmt.Sprintf(get, "wait"))
	<-begun
	if err := e.l.Close(); err != nil {
		t.Error(err)
	}
	p.ended()
	close(goOn)
	q.expect("/wait")
	for range 3 {
		q.send(fmt.Sprintf(get, "on"))
		q.expect("/on")
	}
	if _, err := e.l.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Error(err)
	}
	q.Close()
}

// TestNewIsParked: a connection that sends nothing costs nothing, and is served when it does.
func TestNewIsParked(t *testing.T) {
	t.Parallel()
	h := &history{ended: make(chan net.Conn, 10)}
	e := startServer(t, true, false, &http.Server{Handler: echo, ConnState: h.hook}, ticks)
	p := e.dial()
	e.settle()
	p.send(fmt.Sprintf(get, ""))
	p.expect("/")
	p.Close()
	if got := h.await(t); got != "new active idle closed" {
		t.Error(got)
	}
	p = e.dial()
	for range 2 {
		e.settle() // the first was parked once more
	}
	p.Close()
	if got := h.await(t); got != "new closed" {
		t.Error(got)
	}
}

func TestMaxParked(t *testing.T) {
	for _, c := range []struct {
		policy Policy
		open   string
	}{{Refuse, "110"}, {CloseOldest, "011"}} {
		t.Run(fmt.Sprint(c.policy), func(t *testing.T) {
			t.Parallel()
			h := &history{ended: make(chan net.Conn, 10)}
			e := startServer(t, true, false, &http.Server{Handler: echo, ConnState: h.hook}, WithMaxParked(2, c.policy))
			peers := []*peer{e.dial(), e.dial(), e.dial()}
			for i, p := range peers {
				p.send(fmt.Sprintf(get, ""))
				p.expect("/")
				if i < 2 {
					e.settle()
				}
			}
			if got := h.await(t); got != "new active idle closed" {
				t.Error(got)
			}
			var open strings.Builder
			for _, p := range peers {
				if _, err := io.WriteString(p, fmt.Sprintf(get, "")); err != nil {
					open.WriteString("0")
				} else if _, err := http.ReadResponse(p.r, nil); err != nil {
					open.WriteString("0")
				} else {
					open.WriteString("1")
				}
			}
			if open.String() != c.open {
				t.Errorf("open: %s, want %s", &open, c.open)
			}
			if s := e.l.Stats(); s.Refused+s.Oldest == 0 {
				t.Errorf("%+v", s)
			}
		})
	}
}

// TestIdleLimit: the listener has a limit of its own.
func TestIdleLimit(t *testing.T) {
	t.Parallel()
	inTime(t, func(t *testing.T, limit time.Duration) bool {
		e := startServer(t, true, false, &http.Server{Handler: echo, IdleTimeout: time.Hour}, WithIdleLimit(limit), ticks)
		p, q := e.dial(), e.dial()
		if !p.asks() {
			return false
		}
		p.ended()
		q.ended()
		if s := e.l.Stats(); s.Expired != 2 {
			t.Errorf("%+v", s)
		}
		return true
	})
}

// TestLinger: a connection keeps its goroutine for a while, and for longer where
// parking was in vain.
func TestLinger(t *testing.T) {
	t.Parallel()
	e := startServer(t, true, false, &http.Server{Handler: echo}, WithLinger(4*longTick, time.Hour), ticks)
	p := e.dial()
	level := func() uint8 {
		p.send(fmt.Sprintf(get, ""))
		p.expect("/")
		select {
		case c := <-e.let:
			c.mu.Lock()
			defer c.mu.Unlock()
			return c.level
		case <-time.After(patient):
			t.Fatal("not parked")
			return 0
		}
	}
	first := level()
	second := level() // it was parked for less than it lingered
	if second != first+1 {
		t.Errorf("levels %d, %d", first, second)
	}
	// A connection that is always busy is never parked.
	before := e.l.Stats().Parks
	for range 200 {
		p.send(fmt.Sprintf(get, ""))
		p.expect("/")
	}
	if s := e.l.Stats(); s.Parks > before+2 {
		t.Errorf("%d parks of a busy connection", s.Parks-before)
	}
}

func TestLearn(t *testing.T) {
	t.Parallel()
	l := &Listener{opts: options{lingerMin: 100 * time.Millisecond, lingerMax: time.Second}}
	l.clock.init(l)
	c := &conn{l: l}
	for i, step := range []struct {
		parked time.Duration
		level  uint8
	}{{50 * time.Millisecond, 1}, {150 * time.Millisecond, 2}, {500 * time.Millisecond, 2}, {0, 3}, {0, 4}, {0, 4}, {time.Minute, 3}, {time.Hour, 2}, {time.Hour, 1}, {time.Hour, 0}, {time.Hour, 0}} {
		if c.learn(step.parked, parking); c.level != step.level {
			t.Fatalf("step %d: level %d, want %d", i, c.level, step.level)
		}
	}
	// Who pays more has to stay for longer.
	for i, step := range []struct {
		parked time.Duration
		level  uint8
	}{{350 * time.Millisecond, 1}, {850 * time.Millisecond, 1}, {6 * time.Second, 1}, {7 * time.Second, 0}} {
		if c.learn(step.parked, slimming); c.level != step.level {
			t.Fatalf("thin, step %d: level %d, want %d", i, c.level, step.level)
		}
	}
}

func TestOptions(t *testing.T) {
	t.Parallel()
	srv := &http.Server{}
	for i, opts := range [][]Option{
		nil,
		{WithServer(srv), WithLinger(-1, 0)},
		{WithServer(srv), WithLinger(2, 1)},
		{WithServer(srv), WithIdleLimit(-1)},
		{WithServer(srv), WithMaxParked(-1, Refuse)},
		{WithServer(srv), WithMaxParked(1, 7)},
		{WithServer(srv), WithThinParking(true)},
	} {
		if canSlim && i == 6 {
			break
		}
		if l, err := Listen("tcp", "127.0.0.1:0", opts...); !errors.Is(err, errInvalid) && !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("%v, %v", l, err)
		}
	}
	l := Wrap(listen(t), srv, WithIdleLimit(-1))
	defer l.Close()
	if !errors.Is(l.Err(), errInvalid) {
		t.Error(l.Err())
	}
}
