//go:build unix

package aio_test

import (
	"context"
	"errors"
	"io"
	"net"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/goetia-go/goetia"
	"github.com/goetia-go/goetia/aio"
	"github.com/goetia-go/goetia/future"
)

// option asks for an option that is a number.
func option(t *testing.T, c syscall.Conn, level, name int) int {
	t.Helper()
	raw, err := c.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	v := 0
	if e := raw.Control(func(fd uintptr) { v, err = syscall.GetsockoptInt(int(fd), level, name) }); e != nil || err != nil {
		t.Fatal(e, err)
	}
	return v
}

// detached is what Detach gives back, which is closed at the end of the test.
func detached(t *testing.T, c *aio.Conn) *net.TCPConn {
	t.Helper()
	rw, err := c.Detach()
	if err != nil {
		t.Fatal(err)
	}
	nc, ok := rw.(*net.TCPConn)
	if !ok {
		t.Fatalf("a %T", rw)
	}
	t.Cleanup(func() { _ = nc.Close() })
	return nc
}

// TestDetachKeepsSettings: what was set on a Conn is set on what it is detached to, and what
// package net sets on a connection of its own is set without that.
func TestDetachKeepsSettings(t *testing.T) {
	t.Parallel()
	l := loop(t)
	for _, set := range []bool{false, true} {
		a, b := tcpPair(t, l)
		for _, c := range []*aio.Conn{a, b} {
			if set {
				if err := errors.Join(c.SetNoDelay(false), c.SetKeepAliveConfig(net.KeepAliveConfig{Enable: false, Idle: -1, Interval: -1, Count: -1})); err != nil {
					t.Fatal(err)
				}
			}
			nc := detached(t, c)
			noDelay := option(t, nc, syscall.IPPROTO_TCP, syscall.TCP_NODELAY) != 0
			keepAlive := option(t, nc, syscall.SOL_SOCKET, syscall.SO_KEEPALIVE) != 0
			if noDelay == set || keepAlive == set {
				t.Errorf("turned off %t: no delay %t, keep-alive %t", set, noDelay, keepAlive)
			}
		}
	}
}

// TestDetachGoesOn: bytes that were not read are read from what is detached, which can block, have
// deadlines, and be taken over again.
func TestDetachGoesOn(t *testing.T) {
	t.Parallel()
	l := loop(t)
	c, p := withPeer(t, l)
	read := c.Read(make([]byte, 1))
	pendingNow(t, read)
	nc := detached(t, c)
	if r := wait(t, l, read); !errors.Is(r.Err, net.ErrClosed) {
		t.Errorf("who waits is told %v", r)
	}
	if _, err := c.Detach(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("the second Detach: %v", err)
	}
	if err := c.Close(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("Close after Detach: %v", err)
	}
	if _, err := p.Write([]byte("hello")); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 5)
	if _, err := io.ReadFull(nc, buf); err != nil || string(buf) != "hello" {
		t.Fatalf("%q %v", buf, err)
	}
	if err := nc.SetReadDeadline(time.Now().Add(time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	var timeout net.Error
	if _, err := nc.Read(buf); !errors.As(err, &timeout) || !timeout.Timeout() {
		t.Errorf("after the deadline: %v", err)
	}
	s, err := l.NewConn(nc)
	if err != nil {
		t.Fatal(err)
	}
	if back, err := s.(*aio.Conn).Detach(); err != nil || back != io.ReadWriteCloser(nc) {
		t.Errorf("what was taken over is given back as %v %v", back, err)
	}
}

// counted is a connection of somebody's that wants to know when it is closed.
type counted struct {
	*net.TCPConn
	closed *int
}

func (c counted) Close() error {
	*c.closed++
	return c.TCPConn.Close()
}

// counting is a listener of such connections.
type counting struct {
	*net.TCPListener
	closed *int
}

func (l counting) Accept() (net.Conn, error) {
	c, err := l.TCPListener.AcceptTCP()
	if err != nil {
		return nil, err
	}
	return counted{c, l.closed}, nil
}

// TestListenerOfSomebodys: what stands above a connection is closed when the Conn is, and not before.
func TestListenerOfSomebodys(t *testing.T) {
	t.Parallel()
	l := loop(t)
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	nl, err := l.NewListener(counting{inner.(*net.TCPListener), &n})
	if err != nil {
		t.Fatal(err)
	}
	defer closed(t, nl)
	a, b := both(t, l, nl.Accept(), l.Dial("tcp", inner.Addr().String()))
	if a.Err != nil || b.Err != nil {
		t.Fatal(a.Err, b.Err)
	}
	defer closed(t, b.Value)
	must(t, l, b.Value.Write([]byte("x")))
	must(t, l, a.Value.Read(make([]byte, 1)))
	if n != 0 {
		t.Error("it was closed")
	}
	if closed(t, a.Value); n != 1 {
		t.Errorf("it was closed %d times", n)
	}
}

// TestUnixAddresses: a Conn of a Unix socket has that one's addresses, and is a *net.UnixConn again.
func TestUnixAddresses(t *testing.T) {
	t.Parallel()
	l := loop(t)
	path := filepath.Join(t.TempDir(), "s")
	nl, err := l.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer closed(t, nl)
	ra, rb := both(t, l, nl.Accept(), l.Dial("unix", path))
	if ra.Err != nil || rb.Err != nil {
		t.Fatal(ra.Err, rb.Err)
	}
	defer closed(t, ra.Value)
	for _, a := range []net.Addr{ra.Value.LocalAddr(), rb.Value.RemoteAddr()} {
		if a.String() != path || a.Network() != "unix" {
			t.Errorf("%v of %v", a, a.Network())
		}
	}
	if err := ra.Value.SetNoDelay(true); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("SetNoDelay: %v", err)
	}
	back, err := rb.Value.Detach()
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := back.(*net.UnixConn); !ok {
		t.Errorf("a %T", back)
	}
	closed(t, back)
}

// TestAddressesRemain: whose connection it was can be said after it is reset, and after Close.
func TestAddressesRemain(t *testing.T) {
	t.Parallel()
	l := loop(t)
	nl := listen(t, l)
	p, err := net.Dial("tcp", nl.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	c := must(t, l, nl.Accept())
	if err := p.(*net.TCPConn).SetLinger(0); err != nil {
		t.Fatal(err)
	}
	peer := p.LocalAddr().String()
	closed(t, p)
	r := wait(t, l, c.Read(make([]byte, 1)))
	if r.Err == nil || !strings.Contains(r.Err.Error(), peer) {
		t.Errorf("read: %v, and the peer was %v", r.Err, peer)
	}
	closed(t, c)
	if c.RemoteAddr().String() != peer {
		t.Errorf("after Close: %v, want %v", c.RemoteAddr(), peer)
	}
	if err := c.Close(); err == nil || !strings.Contains(err.Error(), "tcp") || !strings.Contains(err.Error(), peer) {
		t.Errorf("the second Close: %v", err)
	}
	_ = c.LocalAddr().String() // is not nil
	if err := c.SetNoDelay(true); !errors.Is(err, net.ErrClosed) {
		t.Errorf("SetNoDelay after Close: %v", err)
	}
}

// TestCloseWhileInUse: Close comes while others read and write, and what they do never gets into
// the connection that has the descriptor's number next.
func TestCloseWhileInUse(t *testing.T) {
	t.Parallel()
	l, err := aio.New(mechanism, goetia.WithBackground())
	if err != nil {
		t.Fatal(err)
	}
	defer closed(t, l)
	for range 50 {
		a, b, err := l.UnixPair()
		if err != nil {
			t.Fatal(err)
		}
		var users sync.WaitGroup
		began := make(chan struct{}, 2)
		use := func(f func() error) {
			users.Go(func() {
				for first := true; ; first = false {
					if err := f(); err != nil {
						if !errors.Is(err, net.ErrClosed) && !errors.Is(err, syscall.EPIPE) {
							t.Error(err)
						}
						return
					}
					if first {
						began <- struct{}{}
					}
				}
			})
		}
		use(func() error { return wait(t, l, a.Write([]byte("old"))).Err })
		use(func() error {
			r := wait(t, l, b.Read(make([]byte, 64)))
			if r.Err == io.EOF {
				return net.ErrClosed
			}
			return r.Err
		})
		<-began
		<-began
		closed(t, a)
		x, y, err := l.UnixPair()
		if err != nil {
			t.Fatal(err)
		}
		users.Wait()
		closed(t, b)
		for _, c := range []*aio.Conn{x, y} {
			f := c.Read(make([]byte, 64))
			if r, ready := f.Poll(future.NewContext(future.WakerFunc(func() {}))); ready {
				t.Errorf("a connection that is new has something to read: %v", r)
			}
			future.Cancel(f)
		}
		closed(t, x)
		closed(t, y)
	}
}

// TestForgottenLoop: a connection is closed if it is forgotten together with its Loop, as one of
// package net would be, and not one that was closed, whose number is another's.
func TestForgottenLoop(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("a mechanism's own descriptors are no subject here")
	}
	nl, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer nl.Close()
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	func() {
		l, err := aio.New(mechanism)
		if err != nil {
			t.Fatal(err)
		}
		c := must(t, l, l.Dial("tcp", nl.Addr().String()))
		pendingNow(t, c.Read(make([]byte, 1)))
		closed(t, l)
	}()
	p, err := nl.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	done := make(chan error, 1)
	go func() {
		_, err := p.Read(make([]byte, 1))
		done <- err
	}()
	for {
		runtime.GC()
		select {
		case err := <-done:
			if err != io.EOF {
				t.Error(err)
			}
			return
		case <-ctx.Done():
			t.Fatal("it is open still")
		case <-time.After(time.Millisecond): // the collector has goroutines of its own
		}
	}
}

// TestDialedAndReset: a connection that was reset before its Conn was made knows whose it was.
func TestDialedAndReset(t *testing.T) {
	t.Parallel()
	l := loop(t)
	nl, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer nl.Close()
	for range 10 {
		connected := make(chan struct{}, 1)
		dialing := l.Dial("tcp", nl.Addr().String())
		r, early := dialing.Poll(future.NewContext(future.WakerFunc(func() { connected <- struct{}{} })))
		peer, err := nl.Accept()
		if err != nil {
			t.Fatal(err)
		}
		if !early {
			<-connected // and it becomes a Conn when it is polled, not before
		}
		if err := errors.Join(peer.(*net.TCPConn).SetLinger(0), peer.Close()); err != nil {
			t.Fatal(err)
		}
		if !early {
			r = wait(t, l, dialing)
		}
		if r.Err != nil {
			t.Fatal(r.Err)
		}
		if got, want := r.Value.RemoteAddr().String(), nl.Addr().String(); got != want {
			t.Errorf("RemoteAddr is %v, want %v", got, want)
		}
		closed(t, r.Value)
	}
}
