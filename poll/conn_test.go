package poll

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
	"time"
)

// patience is how long a test waits for what must happen.
const patience = 10 * time.Second

// each runs a test for every mechanism.
func each(t *testing.T, test func(t *testing.T, p *Poller)) {
	for _, m := range testedMechanisms(t) {
		t.Run(string(m), func(t *testing.T) {
			p := openTested(t, m)
			t.Cleanup(func() {
				if err := p.Close(); err != nil {
					t.Errorf("Close: %v", err)
				}
			})
			test(t, p)
		})
	}
}

// eachWithConns runs a test for every mechanism that takes package net's connections.
func eachWithConns(t *testing.T, test func(t *testing.T, p *Poller)) {
	each(t, func(t *testing.T, p *Poller) {
		needsConns(t, p)
		test(t, p)
	})
}

func needsConns(t *testing.T, p *Poller) {
	if p.Mechanism() == SockNotify {
		t.Skip("package net's sockets are on the runtime's completion port")
	}
}

func source(t *testing.T, c syscall.Conn) Source {
	t.Helper()
	src, err := Conn(c)
	if err != nil {
		t.Fatal(err)
	}
	return src
}

// await waits for an event and wants it to be of key and to have all of want.
func await(t *testing.T, p *Poller, key Key, want Readiness) {
	t.Helper()
	events := make([]Event, 8)
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		n, err := p.Wait(events, max(time.Until(deadline), 0))
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			continue
		}
		if n != 1 || events[0].Key != key || !events[0].Ready.Has(want) {
			t.Fatalf("got %v, want %v of key %d", events[:n], want, key)
		}
		return
	}
	t.Fatalf("no event for %v, want %v of key %d", patience, want, key)
}

// stream is what the kinds of connections have in common.
type stream interface {
	net.Conn
	syscall.Conn
}

// TestConn: ordinary connections are watched and used as if nobody watched.
func TestConn(t *testing.T) {
	pairs := map[string]func(t *testing.T) (near, far stream){
		"tcp": func(t *testing.T) (stream, stream) { return tcp(t) },
		"udp": func(t *testing.T) (stream, stream) { return udp(t) },
		"unix": func(t *testing.T) (stream, stream) {
			l, err := net.Listen("unix", filepath.Join(t.TempDir(), "s"))
			if err != nil {
				if runtime.GOOS == "windows" {
					t.Skipf("no AF_UNIX here: %v", err)
				}
				t.Fatal(err)
			}
			defer l.Close()
			a, err := net.Dial("unix", l.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			b, err := l.Accept()
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { a.Close(); b.Close() })
			return a.(*net.UnixConn), b.(*net.UnixConn)
		},
	}
	eachWithConns(t, func(t *testing.T, p *Poller) {
		for name, pair := range pairs {
			t.Run(name, func(t *testing.T) {
				near, far := pair(t)
				watched(t, p, near, far)
			})
		}
	})
}

// udp makes two sockets that are connected to one another. The port of the second is found by closing
// one that had it, so that somebody else may be quicker: then it is tried again.
func udp(t *testing.T) (near, far *net.UDPConn) {
	t.Helper()
	try := func() error {
		a, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
		if err != nil {
			return err
		}
		local := a.LocalAddr().(*net.UDPAddr)
		// While the port is taken, so that it is not given to this one.
		far, err = net.DialUDP("udp", nil, local)
		a.Close()
		if err != nil {
			return err
		}
		near, err = net.DialUDP("udp", local, far.LocalAddr().(*net.UDPAddr))
		if err != nil {
			far.Close()
		}
		return err
	}
	err := try()
	for range 20 {
		if err == nil {
			break
		}
		err = try()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { near.Close(); far.Close() })
	return near, far
}

func watched(t *testing.T, p *Poller, near, far stream) {
	src := source(t, near)
	if err := p.Add(src, 1, Writable, Oneshot); err != nil {
		t.Fatal(err)
	}
	await(t, p, 1, Writable)
	buf := make([]byte, 64)
	for range 10 {
		if err := p.Modify(src, 1, Readable, Oneshot); err != nil {
			t.Fatal(err)
		}
		if _, err := far.Write([]byte("ping")); err != nil {
			t.Fatal(err)
		}
		await(t, p, 1, Readable)
		if n, err := near.Read(buf); err != nil || string(buf[:n]) != "ping" {
			t.Fatalf("read %q, %v", buf[:n], err)
		}
		if _, err := near.Write([]byte("pong")); err != nil {
			t.Fatal(err)
		}
		if n, err := far.Read(buf); err != nil || string(buf[:n]) != "pong" {
			t.Fatalf("the peer read %q, %v", buf[:n], err)
		}
	}
	// While it is armed, a deadline fires as always, and a blocking Read is
	// served: the Poller only looks.
	if err := p.Modify(src, 2, Readable, Oneshot); err != nil {
		t.Fatal(err)
	}
	if err := near.SetReadDeadline(time.Now().Add(5 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	if _, err := near.Read(buf); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("read with a deadline: %v", err)
	}
	if err := near.SetReadDeadline(time.Time{}); err != nil {
		t.Fatal(err)
	}
	got := make(chan string, 1)
	go func() {
		n, _ := near.Read(buf)
		got <- string(buf[:n])
	}()
	if _, err := far.Write([]byte("for both")); err != nil {
		t.Fatal(err)
	}
	if s := <-got; s != "for both" {
		t.Fatalf("a blocked Read beside the Poller got %q", s)
	}
	if err := p.Delete(src); err != nil {
		t.Fatal(err)
	}
}

// TestListener: a listener is readable when Accept will not block.
func TestListener(t *testing.T) {
	eachWithConns(t, func(t *testing.T, p *Poller) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		if err := p.Add(source(t, l.(*net.TCPListener)), 1, Readable, Oneshot); err != nil {
			t.Fatal(err)
		}
		c, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		await(t, p, 1, Readable)
		s, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		s.Close()
	})
}

// TestFile: an *os.File of a pipe can be watched where pipes can.
func TestFile(t *testing.T) {
	eachWithConns(t, func(t *testing.T, p *Poller) {
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		defer w.Close()
		err = p.Add(source(t, r), 1, Readable, Oneshot)
		if p.Features().SocketsOnly {
			if !errors.Is(err, ErrUnsupported) && !errors.Is(err, ErrBadDescriptor) {
				t.Fatalf("Add of a pipe: %v", err)
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.WriteString("x"); err != nil {
			t.Fatal(err)
		}
		await(t, p, 1, Readable)
		if err := p.Delete(source(t, r)); err != nil {
			t.Errorf("Delete through another Source of the same file: %v", err)
		}
	})
}

func TestConnOfClosed(t *testing.T) {
	a, _ := tcp(t)
	src := source(t, a)
	a.Close()
	if _, err := Conn(a); !errors.Is(err, net.ErrClosed) {
		t.Errorf("Conn of a closed connection: %v", err)
	}
	if _, err := Conn(nil); !errors.Is(err, ErrInvalid) {
		t.Errorf("Conn(nil): %v", err)
	}
	eachWithConns(t, func(t *testing.T, p *Poller) {
		if err := p.Add(src, 1, Readable, Oneshot); !errors.Is(err, net.ErrClosed) {
			t.Errorf("Add: %v", err)
		}
		if err := p.Modify(src, 1, Readable, Oneshot); !errors.Is(err, net.ErrClosed) {
			t.Errorf("Modify: %v", err)
		}
		if err := p.Delete(src); !errors.Is(err, ErrNotFound) {
			t.Errorf("Delete: %v", err)
		}
	})
}

// TestDeleteClosedConn: a closed connection can be deleted through the Source
// that it was added with, but not so whoever has its number by then.
func TestDeleteClosedConn(t *testing.T) {
	eachWithConns(t, func(t *testing.T, p *Poller) {
		for range 20 {
			a, _ := tcp(t)
			src := source(t, a)
			if err := p.Add(src, 1, Readable, Oneshot); err != nil {
				t.Fatal(err)
			}
			a.Close()
			if err := p.Delete(src); err != nil {
				t.Fatalf("Delete after Close: %v", err)
			}
			if err := p.Delete(src); !errors.Is(err, ErrNotFound) {
				t.Fatalf("second Delete: %v", err)
			}
		}
		if n := p.Stats().Sources; n != 0 {
			t.Errorf("%d sources are left", n)
		}
	})
}

// TestDeleteClosedConnReused: the number of a closed connection is in use by
// another that is registered; deleting the first leaves the second alone.
func TestDeleteClosedConnReused(t *testing.T) {
	eachWithConns(t, func(t *testing.T, p *Poller) {
		a, _ := tcp(t)
		src := source(t, a)
		if err := p.Add(src, 1, Readable, Oneshot); err != nil {
			t.Fatal(err)
		}
		a.Close()
		for range 64 {
			b, c := tcp(t)
			other, peer := source(t, b), c
			if other.Handle() != src.Handle() {
				if other, peer = source(t, c), b; other.Handle() != src.Handle() {
					continue
				}
			}
			if err := p.Add(other, 2, Readable, Oneshot); err != nil {
				t.Fatalf("Add of the new connection: %v", err)
			}
			if err := p.Delete(src); !errors.Is(err, ErrNotFound) {
				t.Fatalf("Delete of the old connection: %v", err)
			}
			if _, err := peer.Write([]byte("x")); err != nil {
				t.Fatal(err)
			}
			await(t, p, 2, Readable)
			return
		}
		if runtime.GOOS != "windows" {
			t.Fatal("the number was not used again, although the lowest one is to be")
		}
		t.Skip("the number was not used again")
	})
}

// TestForgottenConn: a registration does not keep a connection alive; when the
// program forgets it, it is finalised and the peer sees its end. A mechanism that
// holds it open must be told first.
func TestForgottenConn(t *testing.T) {
	eachWithConns(t, func(t *testing.T, p *Poller) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		turn := func() {
			if n, err := p.Wait(make([]Event, 1), time.Millisecond); n != 0 || err != nil {
				t.Fatalf("Wait: %d, %v", n, err)
			}
		}
		handle := func() uintptr {
			c, err := net.Dial("tcp", l.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			src := source(t, c.(*net.TCPConn))
			if err := p.Add(src, 1, Readable, Oneshot); err != nil {
				t.Fatal(err)
			}
			turn() // the kernel has been asked while it was open
			return src.Handle()
		}()
		peer, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		defer peer.Close()
		ended := make(chan error, 1)
		go func() {
			_, err := peer.Read(make([]byte, 1))
			ended <- err
		}()
		held := p.Features().HoldsOpen
		for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
			runtime.GC()
			if held {
				err := p.Add(FD(handle), 2, Readable, Oneshot)
				if held = errors.Is(err, ErrExists); !held {
					if !errors.Is(err, ErrBadDescriptor) {
						t.Fatalf("Add of a number that is closed: %v", err)
					}
					if err := p.Delete(FD(handle)); err != nil {
						t.Fatalf("Delete of a number that is closed: %v", err)
					}
				}
			} else if _, err := p.Wait(make([]Event, 1), time.Millisecond); err != nil {
				t.Fatal(err)
			}
			select {
			case err := <-ended:
				// End of stream or reset: nothing was sent, and there is no deadline.
				if err == nil {
					t.Error("the peer read a byte that nobody sent")
				}
				if held {
					t.Error("it was closed while the mechanism held it open")
				}
				return
			default:
			}
		}
		t.Errorf("the forgotten connection was not closed within %v", patience)
	})
}
