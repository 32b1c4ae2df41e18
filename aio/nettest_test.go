package aio_test

import (
	"net"
	"os"
	"runtime"
	"testing"

	"github.com/goetia-go/goetia"
	"github.com/goetia-go/goetia/aio"
	"golang.org/x/net/nettest"
)

// TestNetConn: every kind of stream is a good net.Conn, on a Loop that is driven by those who
// block, and on one that drives itself.
func TestNetConn(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		make func(t *testing.T, l *aio.Loop) (a, b aio.Stream)
	}{
		{"tcp", func(t *testing.T, l *aio.Loop) (a, b aio.Stream) { return tcpPair(t, l) }},
		{"pair", func(t *testing.T, l *aio.Loop) (_, _ aio.Stream) {
			a, b, err := l.UnixPair()
			if err != nil {
				t.Fatal(err)
			}
			return a, b
		}},
		{"foreign", func(t *testing.T, _ *aio.Loop) (a, b aio.Stream) {
			x, y := net.Pipe()
			return aio.NewForeign(x), aio.NewForeign(y)
		}},
	} {
		for _, d := range []struct {
			name string
			opts []goetia.Option
		}{{"driven", []goetia.Option{mechanism}}, {"background", []goetia.Option{mechanism, goetia.WithBackground()}}} {
			t.Run(c.name+"/"+d.name, func(t *testing.T) {
				if c.name == "pair" && runtime.GOOS == "windows" {
					t.Skip("Windows has no socketpair")
				}
				l, err := aio.New(d.opts...)
				if err != nil {
					t.Fatal(err)
				}
				defer closed(t, l)
				nettest.TestConn(t, func() (_, _ net.Conn, stop func(), err error) {
					a, b := c.make(t, l)
					x, y := aio.AsConn(l, a), aio.AsConn(l, b)
					return x, y, func() { _, _ = x.Close(), y.Close() }, nil
				})
			})
		}
	}
}

func TestNetListener(t *testing.T) {
	t.Parallel()
	l := loop(t)
	nl := aio.AsListener(listen(t, l))
	done := make(chan error, 1)
	go func() {
		c, err := nl.Accept()
		if err == nil {
			_, err = c.Write([]byte("hello"))
			closed(t, c)
		}
		done <- err
	}()
	c, err := net.Dial(nl.Addr().Network(), nl.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	buf := make([]byte, 10)
	if n, err := c.Read(buf); err != nil || string(buf[:n]) != "hello" {
		t.Fatalf("%q %v", buf[:n], err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	closed(t, nl)
	if _, err := nl.Accept(); err == nil {
		t.Fatal("accepted after Close")
	}
}

// TestConversions: there and back again.
func TestConversions(t *testing.T) {
	t.Parallel()
	l := loop(t)
	nl, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	a, err := l.NewListener(nl)
	if err != nil {
		t.Fatal(err)
	}
	pendingNow(t, a.Accept())
	back, err := a.Detach()
	if err != nil || back != nl {
		t.Fatal(back, err)
	}
	defer nl.Close()
	far, err := net.Dial("tcp", nl.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer far.Close()
	near, err := nl.Accept()
	if err != nil {
		t.Fatal(err)
	}
	s, err := l.NewConn(near)
	if err != nil {
		t.Fatal(err)
	}
	c, ok := s.(*aio.Conn)
	if !ok {
		t.Fatalf("it is a %T", s)
	}
	f := c.Read(make([]byte, 1))
	pendingNow(t, f)
	must(t, l, c.Write([]byte("x")))
	if err := wait(t, l, aio.Flush(c)); err != nil {
		t.Fatal(err)
	}
	again, err := c.Detach()
	if err != nil || again != near {
		t.Fatal(again, err)
	}
	if r := wait(t, l, f); r.Err == nil {
		t.Errorf("the one who waited: %v", r)
	}
	buf := make([]byte, 1)
	if _, err := far.Read(buf); err != nil || buf[0] != 'x' {
		t.Fatal(buf, err)
	}
	if _, err := far.Write([]byte("y")); err != nil {
		t.Fatal(err)
	}
	if _, err := near.Read(buf); err != nil || buf[0] != 'y' {
		t.Fatal(buf, err)
	}
	closed(t, near)

	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	pr, err := l.NewFile(r)
	if err != nil {
		t.Fatal(err)
	}
	pw, err := l.NewFile(w)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := pr.(*aio.Conn); ok != (runtime.GOOS != "windows") {
		t.Errorf("a pipe is a %T", pr)
	}
	read := aio.Read(pr, buf)
	pendingNow(t, read)
	must(t, l, aio.Write(pw, []byte("z")))
	if must(t, l, read); buf[0] != 'z' {
		t.Fatal(buf)
	}
	closed(t, pw)
	closed(t, pr)
}
