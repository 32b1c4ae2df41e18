package httppark

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

func descriptors(t *testing.T) int {
	t.Helper()
	names, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skip(err)
	}
	return len(names)
}

// TestThin: a connection without its net.TCPConn knows its addresses, does nothing else, and
// is itself again afterwards. No descriptor is left behind.
func TestThin(t *testing.T) {
	h := &history{ended: make(chan net.Conn, 10)}
	var kept net.Conn
	e := startServer(t, true, false, &http.Server{Handler: echo, ConnState: func(c net.Conn, s http.ConnState) {
		if s == http.StateNew {
			kept = c
		}
		h.hook(c, s)
	}})
	p := e.dial()
	first := 0
	for i := range 50 {
		p.send(fmt.Sprintf(get, ""))
		p.expect("/")
		e.settle()
		c := base(kept)
		if _, ok := c.held().(*thin); !ok {
			t.Fatalf("%T", c.held())
		}
		if kept.LocalAddr().String() != e.l.Addr().String() || kept.RemoteAddr().String() != p.LocalAddr().String() {
			t.Errorf("%v %v", kept.LocalAddr(), kept.RemoteAddr())
		}
		if _, err := c.held().Read(nil); err != errThin {
			t.Error(err)
		}
		if i == 0 {
			first = descriptors(t)
		}
	}
	if n := descriptors(t); n > first {
		t.Errorf("%d descriptors, %d at first", n, first)
	}
	if err := kept.Close(); err != nil {
		t.Error(err)
	}
	p.ended()
	if err := kept.Close(); err == nil {
		t.Error("closed twice")
	}
	<-h.ended
}

// TestUsedWhileReplaced is for the race detector: who has kept a connection that the server has let
// go may use it while it is replaced.
func TestUsedWhileReplaced(t *testing.T) {
	t.Parallel()
	l := listen(t)
	defer l.Close()
	near, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	c := &conn{inner: near, l: &Listener{opts: options{thin: true}}}
	defer func() { _ = beneath(c).Close() }()
	defer c.l.spare.end()
	c.set(left)
	var all sync.WaitGroup
	var over atomic.Bool
	for _, use := range []func(*plain){
		func(c *plain) { _, _ = c.Read(nil) },
		func(c *plain) { _, _ = c.Write(nil) },
		func(c *plain) { _, _ = c.ReadFrom(eof{}) },
		func(c *plain) { _ = c.SetDeadline(time.Time{}) },
		func(c *plain) { _, _ = c.LocalAddr(), c.RemoteAddr() },
	} {
		all.Go(func() {
			for !over.Load() {
				use((*plain)(c))
			}
		})
	}
	for range 200 {
		if !c.l.slim(c) {
			t.Error("it stays whole")
		}
		c.mu.Lock()
		if _, err := c.fatten(); err != nil {
			t.Error(err)
		}
		c.mu.Unlock()
	}
	over.Store(true)
	all.Wait()
}

type eof struct{}

func (eof) Read([]byte) (int, error) { return 0, io.EOF }

// TestScarce: what may be better later does not end a connection.
func TestScarce(t *testing.T) {
	t.Parallel()
	for no, want := range map[syscall.Errno]bool{
		syscall.EMFILE: true, syscall.ENFILE: true, syscall.ENOBUFS: true, syscall.ENOMEM: true, syscall.ENOSPC: true,
		syscall.EBADF: false, syscall.EINVAL: false,
	} {
		err := &net.OpError{Op: "file", Err: os.NewSyscallError("epoll_ctl", no)}
		if scarce(err) != want {
			t.Errorf("%v: want %v", no, want)
		}
	}
}

// TestThinClosedOnce: of several who close a descriptor at the same time one does. Another's
// close would hit whoever has the number by then.
func TestThinClosedOnce(t *testing.T) {
	t.Parallel()
	l := listen(t)
	defer l.Close()
	for range 200 {
		near, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		thin, err := (&conn{l: new(Listener)}).detach(near.(*net.TCPConn))
		if err != nil {
			t.Fatal(err)
		}
		near.Close()
		var all sync.WaitGroup
		var did atomic.Int64
		for range 4 {
			all.Go(func() {
				if thin.Close() == nil {
					did.Add(1)
				}
			})
		}
		all.Wait()
		if did.Load() != 1 {
			t.Fatalf("%d of 4 have closed it", did.Load())
		}
		far, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		far.Close()
	}
}
