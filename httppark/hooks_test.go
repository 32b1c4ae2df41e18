package httppark

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// history is what hooks have seen of each connection.
type history struct {
	mu     sync.Mutex
	states map[net.Conn][]string
	ended  chan net.Conn
}

func (h *history) hook(c net.Conn, s http.ConnState) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.states == nil {
		h.states = make(map[net.Conn][]string)
	}
	h.states[c] = append(h.states[c], s.String())
	if s == http.StateClosed || s == http.StateHijacked {
		h.ended <- c
	}
}

func (h *history) await(t *testing.T) string {
	t.Helper()
	select {
	case c := <-h.ended:
		h.mu.Lock()
		defer h.mu.Unlock()
		return strings.Join(h.states[c], " ")
	case <-time.After(patient):
		t.Fatal("no connection has ended")
		return ""
	}
}

type key string

// TestHooks: ConnState, ConnContext and BaseContext are called as if nothing was parked.
func TestHooks(t *testing.T) {
	matrix(t, func(t *testing.T, start func(*http.Server, ...Option) *env) {
		h := &history{ended: make(chan net.Conn, 10)}
		var mu sync.Mutex
		contexts, bases := 0, 0
		e := start(&http.Server{
			Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				fmt.Fprintln(w, r.Context().Value(key("base")), r.Context().Value(key("conn")), r.Context().Value(http.LocalAddrContextKey), r.RemoteAddr)
			}),
			ConnState: h.hook,
			BaseContext: func(l net.Listener) context.Context {
				bases++
				return context.WithValue(context.Background(), key("base"), l.Addr().String())
			},
			ConnContext: func(ctx context.Context, _ net.Conn) context.Context {
				mu.Lock()
				defer mu.Unlock()
				contexts++
				return context.WithValue(ctx, key("conn"), contexts)
			},
		})
		p := e.dial()
		addr := e.l.Addr().String()
		for range 3 {
			p.send(fmt.Sprintf(get, ""))
			p.expect(fmt.Sprintln(addr, 1, addr, p.LocalAddr()))
			e.settle()
		}
		p.Close()
		if got, want := h.await(t), "new active idle active idle active idle closed"; got != want {
			t.Errorf("%s, want %s", got, want)
		}
		if len(h.states) != 1 || contexts != 1 || bases != 1 {
			t.Errorf("%d connections, %d contexts, %d base contexts", len(h.states), contexts, bases)
		}
	})
}

// TestHookCloses: a program that closes idle connections by itself can, parked or not.
func TestHookCloses(t *testing.T) {
	matrix(t, func(t *testing.T, start func(*http.Server, ...Option) *env) {
		h := &history{ended: make(chan net.Conn, 10)}
		var kept net.Conn
		e := start(&http.Server{Handler: echo, ConnState: func(c net.Conn, s http.ConnState) {
			if s == http.StateNew {
				kept = c
			}
			h.hook(c, s)
		}})
		p := e.dial()
		p.send(fmt.Sprintf(get, ""))
		p.expect("/")
		e.settle()
		h.mu.Lock()
		if err := kept.Close(); err != nil {
			t.Error(err)
		}
		h.mu.Unlock()
		p.ended()
		if got := h.await(t); got != "new active idle closed" {
			t.Error(got)
		}
		if s := e.l.Stats(); s.Parked+s.Serving+s.Resuming != 0 {
			t.Errorf("%+v", s)
		}
	})
}

// TestHijack: a hijacked connection is the handler's own, with what was buffered; and a
// paused one can be hijacked.
func TestHijack(t *testing.T) {
	matrix(t, func(t *testing.T, start func(*http.Server, ...Option) *env) {
		h := &history{ended: make(chan net.Conn, 10)}
		var over sync.WaitGroup
		defer over.Wait()
		e := start(&http.Server{ConnState: h.hook, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/" {
				fmt.Fprint(w, "/")
				return
			}
			c, rw, err := http.NewResponseController(w).Hijack()
			if err != nil {
				t.Error(err)
				return
			}
			over.Add(1)
			go func() {
				defer over.Done()
				defer c.Close()
				for {
					line, err := rw.ReadString('\n')
					if err != nil {
						return
					}
					if _, err := io.WriteString(c, strings.ToUpper(line)); err != nil {
						t.Error(err)
					}
				}
			}()
		})})
		p := e.dial()
		for range 2 {
			p.send(fmt.Sprintf(get, ""))
			p.expect("/")
			e.settle()
		}
		p.send(fmt.Sprintf(get, "hijack") + "first\n")
		p.send("second\n")
		for _, want := range []string{"FIRST\n", "SECOND\n"} {
			if line, err := p.r.ReadString('\n'); err != nil || line != want {
				t.Fatalf("%q, %v", line, err)
			}
		}
		if got, want := h.await(t), "new active idle active idle active hijacked"; got != want {
			t.Errorf("%s, want %s", got, want)
		}
		if s := e.l.Stats(); s.Serving+s.Parked != 0 {
			t.Errorf("%+v", s)
		}
		p.Close()
	})
}

// TestClientLeaves: the request's context ends when the client does, also over a
// connection that was parked before.
func TestClientLeaves(t *testing.T) {
	matrix(t, func(t *testing.T, start func(*http.Server, ...Option) *env) {
		begun, ended := make(chan bool, 1), make(chan error, 1)
		e := start(&http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/" {
				fmt.Fprint(w, "/")
				return
			}
			begun <- true
			select {
			case <-r.Context().Done():
				ended <- r.Context().Err()
			case <-time.After(patient):
				ended <- context.DeadlineExceeded
			}
		})})
		p := e.dial()
		p.send(fmt.Sprintf(get, ""))
		p.expect("/")
		e.settle()
		p.send(fmt.Sprintf(get, "wait"))
		<-begun
		p.Close()
		if err := <-ended; err != context.Canceled {
			t.Error(err)
		}
	})
}

// TestServerSentEvents: a stream without an end is ended by the client.
func TestServerSentEvents(t *testing.T) {
	matrix(t, func(t *testing.T, start func(*http.Server, ...Option) *env) {
		ended := make(chan bool, 1)
		e := start(&http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/event-stream")
			for i := 0; r.Context().Err() == nil; i++ {
				if _, err := fmt.Fprintf(w, "data: %d\n\n", i); err != nil {
					break
				}
				if http.NewResponseController(w).Flush() != nil {
					break
				}
			}
			ended <- true
		})})
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, e.url, nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := e.client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		lines := bufio.NewReader(res.Body)
		for i := range 100 {
			if line, err := lines.ReadString('\n'); err != nil || line != fmt.Sprintf("data: %d\n", i) {
				t.Fatalf("%q, %v", line, err)
			}
			if _, err := lines.Discard(1); err != nil {
				t.Fatal(err)
			}
		}
		cancel()
		<-ended
	})
}

// TestTwoListeners: a server with two listeners of this package calls its hooks once.
func TestTwoListeners(t *testing.T) {
	t.Parallel()
	h := &history{ended: make(chan net.Conn, 10)}
	srv := &http.Server{Handler: echo, ConnState: h.hook}
	a := Wrap(listen(t), srv, WithLinger(0, 0))
	b := Wrap(listen(t), srv, WithLinger(0, 0))
	served := make(chan error, 2)
	for _, l := range []*Listener{a, b} {
		go func() { served <- srv.Serve(l) }()
	}
	for _, l := range []*Listener{a, b} {
		c, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		p := &peer{t, c, bufio.NewReader(c)}
		for range 3 {
			p.send(fmt.Sprintf(get, ""))
			p.expect("/")
		}
		c.Close()
		if got, want := h.await(t), "new active idle active idle active idle closed"; got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	if err := srv.Close(); err != nil {
		t.Error(err)
	}
	<-served
	<-served
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// TestMethods: the server finds the methods that it looks for, and no others.
func TestMethods(t *testing.T) {
	t.Parallel()
	var p, s any = &plain{}, &secure{}
	if _, ok := p.(io.ReaderFrom); !ok {
		t.Error("no sendfile")
	}
	if _, ok := p.(interface{ CloseWrite() error }); !ok {
		t.Error("no CloseWrite")
	}
	for _, c := range []any{p, s} {
		if _, ok := c.(net.Conn); !ok {
			t.Errorf("%T", c)
		}
	}
	type stated interface{ ConnectionState() tls.ConnectionState }
	if _, ok := p.(stated); ok {
		t.Error("a plain connection looks like TLS")
	}
	if _, ok := s.(stated); !ok {
		t.Error("a TLS connection does not look like one")
	}
}
