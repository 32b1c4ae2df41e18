package httppark

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"testing"
	"time"
)

// beneath is what a connection is made of now.
func beneath(c *conn) net.Conn {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.inner
}

// TestTakenStays: who has asked for the connection beneath does not have it closed or replaced.
func TestTakenStays(t *testing.T) {
	t.Parallel()
	for name, ask := range map[string]func(*plain) error{
		"NetConn": func(c *plain) error {
			if _, ok := c.NetConn().(*net.TCPConn); !ok {
				return fmt.Errorf("%T", c.NetConn())
			}
			return nil
		},
		"SyscallConn": func(c *plain) error {
			raw, err := c.SyscallConn()
			if err == nil {
				err = raw.Control(func(uintptr) {})
			}
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			asked := make(chan error, 1)
			var kept net.Conn
			e := startServer(t, true, false, &http.Server{Handler: echo, ConnContext: func(ctx context.Context, c net.Conn) context.Context {
				asked <- ask(c.(*plain))
				kept = beneath(base(c))
				return ctx
			}})
			p := e.dial()
			for range 3 {
				p.send(fmt.Sprintf(get, "x"))
				p.expect("/x")
				select {
				case c := <-e.let:
					if beneath(c) != kept {
						t.Fatalf("%T in its place", beneath(c))
					}
				case <-time.After(patient):
					t.Fatal("not parked")
				}
			}
			if err := <-asked; err != nil {
				t.Error(err)
			}
			if err := kept.(*net.TCPConn).SetNoDelay(false); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestTakenWhileParked: the connection beneath comes back when somebody asks for it, is
// watched, and stays.
func TestTakenWhileParked(t *testing.T) {
	t.Parallel()
	e := startServer(t, true, false, &http.Server{Handler: echo})
	p := e.dial()
	p.send(fmt.Sprintf(get, "x"))
	p.expect("/x")
	c := <-e.let
	if _, ok := beneath(c).(*thin); !ok {
		t.Fatalf("%T", beneath(c))
	}
	tcp, ok := (*plain)(c).NetConn().(*net.TCPConn)
	if !ok {
		t.Fatalf("%T", (*plain)(c).NetConn())
	}
	if s := e.l.Stats(); s.Parked != 1 || s.Resumes != 0 {
		t.Errorf("%+v", s)
	}
	for range 3 {
		p.send(fmt.Sprintf(get, "x"))
		p.expect("/x")
		e.settle()
		if beneath(c) != tcp {
			t.Fatalf("%T in its place", beneath(c))
		}
		if err := tcp.SetNoDelay(false); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	p.ended()
	if err := tcp.SetNoDelay(true); !errors.Is(err, net.ErrClosed) {
		t.Error(err)
	}
}

// TestChangedBeforeSwap: what happens to a connection while it gets its second descriptor is not
// lost.
func TestChangedBeforeSwap(t *testing.T) {
	t.Parallel()
	l := listen(t)
	defer l.Close()
	for name, change := range map[string]func(*plain) error{
		"nothing":  func(*plain) error { return nil },
		"deadline": func(c *plain) error { return c.SetWriteDeadline(time.Now().Add(time.Hour)) },
		"NetConn":  func(c *plain) error { _ = c.NetConn(); return nil },
		"Close":    func(c *plain) error { return c.Close() },
	} {
		near, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		c := &conn{inner: near, l: &Listener{opts: options{thin: true}}}
		c.set(left)
		slim, err := c.detach(near.(*net.TCPConn))
		if err != nil {
			t.Fatal(err)
		}
		if err := change((*plain)(c)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if did := c.swap(near.(*net.TCPConn), slim); did != (name == "nothing") || did == isTCP(beneath(c)) {
			t.Errorf("%s: swapped %v, %T", name, did, beneath(c))
		}
		if err := slim.use(func(uintptr) {}); (err == nil) != (name == "nothing") {
			t.Errorf("%s: the second descriptor: %v", name, err)
		}
		_ = beneath(c).Close()
	}
}

// TestWriteTimeoutOfSilent: the server's own deadlines for writing do not keep a connection whole, be
// it after a request or without one.
func TestWriteTimeoutOfSilent(t *testing.T) {
	t.Parallel()
	srv := &http.Server{Handler: echo, WriteTimeout: time.Hour}
	e := startServer(t, true, false, srv, ticks, WithLinger(10*time.Millisecond, 20*time.Millisecond))
	p := e.dial()
	for _, state := range []string{"silent", "after a request"} {
		c := <-e.let
		if _, ok := beneath(c).(*thin); !ok {
			t.Errorf("%s: %T", state, beneath(c))
		}
		p.send(fmt.Sprintf(get, "x"))
		p.expect("/x")
	}
	// Nor does one that was refused.
	c := <-e.let
	if err := c.SetWriteDeadline(time.Now().Add(time.Hour)); err != errThin {
		t.Error(err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.flags&writing != 0 {
		t.Error("it is noted as set")
	}
}

// TestWriteDeadlineStays: a deadline that the hook has set of an idle connection holds.
func TestWriteDeadlineStays(t *testing.T) {
	t.Parallel()
	for _, set := range []bool{false, true} {
		e := startServer(t, true, false, &http.Server{Handler: echo, ConnState: func(c net.Conn, s http.ConnState) {
			if s != http.StateIdle || !set {
				return
			}
			if err := c.SetWriteDeadline(time.Now().Add(time.Hour)); err != nil {
				t.Error(err)
			}
		}})
		p := e.dial()
		p.send(fmt.Sprintf(get, "x"))
		p.expect("/x")
		if c := <-e.let; isTCP(beneath(c)) != set {
			t.Errorf("set: %v, %T", set, beneath(c))
		}
	}
}
