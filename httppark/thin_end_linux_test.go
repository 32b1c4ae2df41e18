package httppark

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/goetia-go/goetia"
)

// TestGoneWhileThin: a connection that its peer closes ends without the server, and its hook is
// told. The Reactor has nothing of it left then, nor while it is served.
func TestGoneWhileThin(t *testing.T) {
	r, err := goetia.New(goetia.WithBackground(), goetia.WithSweep(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	handler := http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		if n := r.Stats().Sources; n != 0 {
			t.Errorf("%d sources of a connection that is served", n)
		}
		echo(w, q)
	})
	for _, reset := range []bool{false, true} {
		h := &history{ended: make(chan net.Conn, 1)}
		var last net.Addr
		e := startServer(t, true, false, &http.Server{Handler: handler, ConnState: func(c net.Conn, s http.ConnState) {
			last = c.LocalAddr()
			if s == http.StateClosed {
				if a := c.(*plain).NetConn().LocalAddr(); a.String() != last.String() {
					t.Errorf("beneath it was %v", a)
				}
			}
			h.hook(c, s)
		}}, WithReactor(r))
		e.l.spare.keep()
		first := descriptors(t)
		p := e.dial()
		for range 2 {
			p.send(fmt.Sprintf(get, "x"))
			p.expect("/x")
			e.settle()
		}
		if n := r.Stats().Sources; n != 1 {
			t.Errorf("%d sources", n)
		}
		if reset {
			if err := p.Conn.(*net.TCPConn).SetLinger(0); err != nil {
				t.Fatal(err)
			}
		}
		p.Close()
		if got := h.await(t); got != "new active idle active idle closed" {
			t.Error(got)
		}
		if last.String() != e.l.Addr().String() {
			t.Errorf("its address was %v in the end", last)
		}
		if s := e.l.Stats(); s.Gone != 1 || s.Resumes != 1 || s.Parked+s.Serving+s.Resuming != 0 {
			t.Errorf("%+v", s)
		}
		if n := r.Stats().Sources; n != 0 {
			t.Errorf("%d sources", n)
		}
		eventually(t, func() bool { return descriptors(t) <= first })
	}
}

// TestHalfClosedWhileThin: a request that came with the end of all requests is answered.
func TestHalfClosedWhileThin(t *testing.T) {
	t.Parallel()
	e := startServer(t, true, false, &http.Server{Handler: echo})
	p := e.dial()
	p.send(fmt.Sprintf(get, "x"))
	p.expect("/x")
	e.settle()
	p.send(fmt.Sprintf(get, "y"))
	if err := p.Conn.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	p.expect("/y")
	p.ended()
}

// TestAddressesOfReset: the kernel forgets the peer of a connection that was reset; we do not,
// and what can still be read is read.
func TestAddressesOfReset(t *testing.T) {
	t.Parallel()
	l := listen(t)
	defer l.Close()
	far, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	near, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	local, remote := near.LocalAddr().String(), near.RemoteAddr().String()
	c := &conn{l: new(Listener), inner: near}
	slim, err := c.detach(near.(*net.TCPConn))
	if err != nil {
		t.Fatal(err)
	}
	near.Close()
	c.inner = slim
	if _, err := io.WriteString(far, "x"); err != nil {
		t.Fatal(err)
	}
	if err := far.(*net.TCPConn).SetLinger(0); err != nil {
		t.Fatal(err)
	}
	eventually(t, func() bool { return !slim.ended() && readable(t, slim) })
	far.Close()
	eventually(t, func() bool { // until the reset is here
		var err error
		if e := slim.use(func(fd uintptr) { _, err = syscall.Getpeername(int(fd)) }); e != nil {
			t.Fatal(e)
		}
		return err == syscall.ENOTCONN
	})
	same := func(nc net.Conn) {
		t.Helper()
		if nc.LocalAddr().String() != local || nc.RemoteAddr().String() != remote {
			t.Errorf("%v and %v, want %v and %v", nc.LocalAddr(), nc.RemoteAddr(), local, remote)
		}
	}
	same(slim)
	if _, err := c.fatten(); err != nil {
		t.Fatal(err)
	}
	defer c.inner.Close()
	same(c.inner)
	same(slim) // somebody may have asked for it before
	if !isTCP(c.take()) {
		t.Errorf("%T", c.take())
	}
	var got [1]byte
	if _, err := c.inner.Read(got[:]); err != nil || got[0] != 'x' {
		t.Errorf("%q, %v", got, err)
	}
}

// readable says whether there is a byte.
func readable(t *testing.T, s *thin) (is bool) {
	t.Helper()
	if err := s.use(func(fd uintptr) {
		var one [1]byte
		n, _, _ := syscall.Recvfrom(int(fd), one[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
		is = n == 1
	}); err != nil {
		t.Fatal(err)
	}
	return is
}

// knows sees to it that a connection has its addresses.
func knows(t *testing.T, e *env, c net.Conn) {
	t.Helper()
	if a := c.LocalAddr().String(); a != e.l.Addr().String() {
		t.Errorf("this end is %v", a)
	}
	if a, ok := c.RemoteAddr().(*net.TCPAddr); !ok || a.Port == 0 {
		t.Errorf("the other end is %v", a)
	}
}

// TestThinRaces: connections are made thin and whole, asked for, closed by their peers and by the
// program at the same time. In the end nobody has a descriptor or a registration left.
func TestThinRaces(t *testing.T) {
	r, err := goetia.New(goetia.WithBackground(), goetia.WithSweep(20*time.Millisecond))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	h := &history{ended: make(chan net.Conn, 10_000)}
	var mu sync.Mutex
	kept := make(map[net.Conn]bool)
	var e *env
	started := make(chan struct{})
	e = startServer(t, true, false, &http.Server{Handler: echo, ConnState: func(c net.Conn, s http.ConnState) {
		<-started
		knows(t, e, c)
		mu.Lock()
		if s == http.StateNew {
			kept[c] = true
		} else if s == http.StateClosed {
			delete(kept, c)
		}
		mu.Unlock()
		h.hook(c, s)
	}}, WithReactor(r))
	close(started)
	e.l.spare.keep()
	first := descriptors(t)
	// any does something to any connection.
	any := func(f func(net.Conn)) {
		mu.Lock()
		var c net.Conn
		for c = range kept {
			break
		}
		mu.Unlock()
		if c != nil {
			f(c)
		}
	}
	done := make(chan struct{})
	var nosy sync.WaitGroup
	for n := range 2 {
		nosy.Go(func() {
			random := rand.New(rand.NewPCG(3, uint64(n)))
			for {
				select {
				case <-done:
					return
				case <-time.After(time.Duration(random.Int64N(int64(time.Millisecond)))):
				}
				any(func(c net.Conn) {
					switch random.IntN(4) {
					case 0:
						_ = c.(*plain).NetConn()
					case 1:
						_ = c.Close()
					default:
						knows(t, e, c)
					}
				})
			}
		})
	}
	clients, rounds := 16, 60
	if testing.Short() {
		clients, rounds = 8, 15
	}
	var all sync.WaitGroup
	for n := range clients {
		all.Go(func() {
			random := rand.New(rand.NewPCG(4, uint64(n)))
			for range rounds {
				c, err := net.Dial("tcp", e.l.Addr().String())
				if err != nil {
					t.Error(err)
					return
				}
				in := bufio.NewReader(c)
				for range random.IntN(6) {
					if _, err := fmt.Fprintf(c, get, "x"); err != nil {
						break // it was closed
					}
					res, err := http.ReadResponse(in, nil)
					if err != nil {
						break
					}
					if body, err := io.ReadAll(res.Body); err == nil && string(body) != "/x" {
						t.Errorf("%q", body)
					}
					if random.IntN(4) == 0 {
						<-time.After(time.Duration(random.Int64N(int64(2 * time.Millisecond))))
					}
				}
				if random.IntN(4) == 0 {
					_ = c.(*net.TCPConn).SetLinger(0)
				}
				c.Close()
			}
		})
	}
	all.Wait()
	close(done)
	nosy.Wait()
	// Some were reset before the server accepted them, and it may not have seen those.
	eventually(t, func() bool {
		any(func(c net.Conn) { _ = c.Close() })
		s := e.l.Stats()
		return s.Parked+s.Serving+s.Resuming == 0
	})
	if s := e.l.Stats(); s.Failed != 0 || s.Starved != 0 || s.Parks == 0 {
		t.Errorf("%+v", s)
	}
	eventually(t, func() bool { return r.Stats().Sources == 0 })
	eventually(t, func() bool { return descriptors(t) <= first })
}
