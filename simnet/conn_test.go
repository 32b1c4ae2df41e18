package simnet_test

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/goetia-go/goetia/simnet"
)

// connect makes a connection from host "client" to host "server" of n.
func connect(t testing.TB, n *simnet.Network) (near, far *simnet.Conn) {
	t.Helper()
	l := listen(t, n.Host("server"), ":0")
	defer l.Close()
	near = dial(t, n.Host("client"), l.Addr())
	return near, accept(t, l)
}

func listen(t testing.TB, h *simnet.Host, address string) net.Listener {
	t.Helper()
	l, err := h.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func dial(t testing.TB, h *simnet.Host, to net.Addr) *simnet.Conn {
	t.Helper()
	c, err := h.Dial("tcp", to.String())
	if err != nil {
		t.Fatal(err)
	}
	return c.(*simnet.Conn)
}

func accept(t testing.TB, l net.Listener) *simnet.Conn {
	t.Helper()
	c, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	return c.(*simnet.Conn)
}

func write(t testing.TB, c net.Conn, s string) {
	t.Helper()
	if n, err := io.WriteString(c, s); n != len(s) || err != nil {
		t.Fatalf("Write: %d, %v", n, err)
	}
}

// expect reads exactly s, and then an error, or nothing more if that is nil.
func expect(t testing.TB, c net.Conn, s string, after error) {
	t.Helper()
	b := make([]byte, len(s))
	if n, err := io.ReadFull(c, b); err != nil || string(b) != s {
		t.Fatalf("read %q, %v, want %q", b[:n], err, s)
	}
	if after != nil {
		if n, err := c.Read(make([]byte, 1)); n != 0 || !errors.Is(err, after) {
			t.Fatalf("Read: %d, %v, want %v", n, err, after)
		}
	}
}

func TestHalfClose(t *testing.T) {
	a, b := simnet.Pipe()
	defer a.Close()
	defer b.Close()
	write(t, a, "request")
	if err := a.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Write([]byte("x")); err == nil {
		t.Error("written after CloseWrite")
	}
	expect(t, b, "request", io.EOF)
	write(t, b, "response")
	b.Close()
	expect(t, a, "response", io.EOF)
}

func TestCloseRead(t *testing.T) {
	n := &simnet.Network{Buffer: 4}
	a, b := connect(t, n)
	defer a.Close()
	defer b.Close()
	write(t, a, "here")
	if err := b.CloseRead(); err != nil {
		t.Fatal(err)
	}
	expect(t, b, "here", io.EOF)
	write(t, a, strings.Repeat("dropped", 100)) // the buffer does not fill
	expect(t, b, "", io.EOF)
}

// TestBackpressure: a writer waits when the buffer is full, and goes on when there is room.
func TestBackpressure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := &simnet.Network{Buffer: 10}
		a, b := connect(t, n)
		defer a.Close()
		defer b.Close()
		if err := a.SetWriteDeadline(time.Now().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		sent, err := a.Write(make([]byte, 25))
		if sent != 10 || !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(start) != time.Hour {
			t.Errorf("Write: %d, %v after %v", sent, err, time.Since(start))
		}
		if err := a.SetWriteDeadline(time.Time{}); err != nil {
			t.Fatal(err)
		}
		done := make(chan error, 1)
		go func() {
			_, err := a.Write(make([]byte, 15))
			done <- err
		}()
		synctest.Wait()
		select {
		case err := <-done:
			t.Fatalf("Write did not wait: %v", err)
		default:
		}
		if _, err := io.ReadFull(b, make([]byte, 25)); err != nil {
			t.Fatal(err)
		}
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

// TestResets: what the other end sees after each way of ending a connection.
func TestResets(t *testing.T) {
	for name, c := range map[string]struct {
		end     func(a, b *simnet.Conn) error
		left    string
		wantErr error
	}{
		"close":    {func(a, b *simnet.Conn) error { return a.Close() }, "sent", io.EOF},
		"linger 0": {func(a, b *simnet.Conn) error { return errors.Join(a.SetLinger(0), a.Close()) }, "sent", simnet.ErrReset},
		"linger 5": {func(a, b *simnet.Conn) error { return errors.Join(a.SetLinger(5), a.Close()) }, "sent", io.EOF},
		"unread":   {func(a, b *simnet.Conn) error { _, err := b.Write([]byte("x")); return errors.Join(err, a.Close()) }, "sent", simnet.ErrReset},
		"reset":    {func(a, b *simnet.Conn) error { a.Reset(); return nil }, "sent", simnet.ErrReset},
		"written after": {func(a, b *simnet.Conn) error {
			err := a.Close()
			_, e := b.Write([]byte("x"))
			return errors.Join(err, e)
		}, "sent", simnet.ErrReset},
	} {
		t.Run(name, func(t *testing.T) {
			a, b := simnet.Pipe()
			defer b.Close()
			defer a.Close()
			write(t, a, "sent")
			if err := c.end(a, b); err != nil {
				t.Fatal(err)
			}
			expect(t, b, c.left, c.wantErr)
			expect(t, b, "", c.wantErr)
			if _, err := b.Write([]byte("x")); c.wantErr != io.EOF && !errors.Is(err, c.wantErr) {
				t.Errorf("Write: %v", err)
			}
			for what, end := range map[string]func() error{"CloseRead": b.CloseRead, "CloseWrite": b.CloseWrite} {
				if err := end(); !errors.Is(err, simnet.ErrNotConnected) { // whoever closes answers the byte with a reset
					t.Errorf("%s: %v", what, err)
				}
			}
		})
	}
}

// TestClosed: every method of what is closed says so.
func TestClosed(t *testing.T) {
	n := new(simnet.Network)
	a, b := connect(t, n)
	defer b.Close()
	l := listen(t, n.Host("x"), ":0").(*simnet.Listener)
	p, err := n.Host("x").ListenPacket("udp", ":0")
	if err != nil {
		t.Fatal(err)
	}
	pc := p.(*simnet.PacketConn)
	for _, c := range []io.Closer{a, l, pc} {
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
	}
	one := make([]byte, 1)
	for name, err := range map[string]error{
		"Conn.Read": second(a.Read(one)), "Conn.Write": second(a.Write(one)), "Conn.Close": a.Close(),
		"Conn.CloseRead": a.CloseRead(), "Conn.CloseWrite": a.CloseWrite(), "Conn.SetDeadline": a.SetDeadline(time.Now()),
		"Conn.SetLinger":  a.SetLinger(0),
		"Listener.Accept": second(l.Accept()), "Listener.Close": l.Close(), "Listener.SetDeadline": l.SetDeadline(time.Now()),
		"PacketConn.Read": second(pc.Read(one)), "PacketConn.WriteTo": second(pc.WriteTo(one, pc.LocalAddr())), "PacketConn.Close": pc.Close(),
		"PacketConn.SetDeadline": pc.SetDeadline(time.Now()),
	} {
		var op *net.OpError
		if !errors.Is(err, net.ErrClosed) || !errors.As(err, &op) {
			t.Errorf("%s: %v", name, err)
		}
	}
	a.Reset() // does nothing
}

func second[T any](_ T, err error) error { return err }

// TestCloseWakes: whoever blocks is told.
func TestCloseWakes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := &simnet.Network{Buffer: 1}
		a, b := connect(t, n)
		l := listen(t, n.Host("x"), ":0")
		p, err := n.Host("x").ListenPacket("udp", ":0")
		if err != nil {
			t.Fatal(err)
		}
		one := make([]byte, 1)
		blocked := []func() error{
			func() error { return second(a.Read(one)) },
			func() error { return second(a.Write(make([]byte, 10))) },
			func() error { return second(a.Write(make([]byte, 10))) },
			func() error { return second(l.Accept()) },
			func() error { _, _, err := p.ReadFrom(one); return err },
		}
		errs := make(chan error, len(blocked))
		for _, f := range blocked {
			go func() { errs <- f() }()
		}
		synctest.Wait()
		for _, c := range []io.Closer{a, l, p} {
			c.Close()
		}
		for range blocked {
			if err := <-errs; !errors.Is(err, net.ErrClosed) {
				t.Error(err)
			}
		}
		b.Close()
	})
}

// TestDeadlines: they can be put off and taken away while somebody waits, and concern one
// direction.
func TestDeadlines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := simnet.Pipe()
		defer a.Close()
		defer b.Close()
		start := time.Now()
		a.SetReadDeadline(start.Add(time.Second))
		time.AfterFunc(time.Second/2, func() { a.SetReadDeadline(start.Add(3 * time.Second)) })
		_, err := a.Read(make([]byte, 1))
		if !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(start) != 3*time.Second {
			t.Errorf("Read: %v after %v", err, time.Since(start))
		}
		write(t, a, "writes go on")
		// A deadline that has passed is seen before what has arrived.
		write(t, b, "x")
		if _, err := a.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("Read: %v", err)
		}
		a.SetReadDeadline(time.Time{})
		expect(t, a, "x", nil)
	})
}

// TestConcurrentWrites: the bytes of one Write stay together.
func TestConcurrentWrites(t *testing.T) {
	n := &simnet.Network{Buffer: 7}
	a, b := connect(t, n)
	defer b.Close()
	done := make(chan error, 4)
	for _, s := range []string{"a", "b", "c", "d"} {
		go func() { done <- second(io.WriteString(a, strings.Repeat(s, 100))) }()
	}
	got := make([]byte, 400)
	if _, err := io.ReadFull(b, got); err != nil {
		t.Fatal(err)
	}
	for i := 0; i < 400; i += 100 {
		if strings.Trim(string(got[i:i+100]), string(got[i])) != "" {
			t.Errorf("mixed: %q", got[i:i+100])
		}
	}
	for range 4 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	a.Close()
}

func TestDialErrors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := new(simnet.Network)
		h, server := n.Host("client"), n.Host("server")
		l := listen(t, server, ":80")
		defer l.Close()
		canceled, cancel := context.WithCancel(t.Context())
		cancel()
		for _, c := range []struct {
			ctx              context.Context
			network, address string
		}{
			{t.Context(), "tcp", "server:81"},
			{t.Context(), "tcp", "nobody:80"},
			{t.Context(), "tcp", "192.0.2.1:80"},
			{t.Context(), "tcp", "server"},
			{t.Context(), "tcp", "server:http"},
			{t.Context(), "tcp", "server:65536"},
			{t.Context(), "tcp6", "server:80"},
			{t.Context(), "unix", "server:80"},
			{t.Context(), "", ""},
			{canceled, "tcp", "server:80"},
		} {
			conn, err := h.DialContext(c.ctx, c.network, c.address)
			var op *net.OpError
			if conn != nil || !errors.As(err, &op) || op.Op != "dial" {
				t.Errorf("%s %s: %v, %v", c.network, c.address, conn, err)
			}
		}
		for _, c := range [][2]string{
			{"tcp", ":80"}, {"tcp", "client:0"}, {"tcp6", ":0"}, {"udp", ":0"}, {"tcp", ":x"},
		} {
			if l, err := server.Listen(c[0], c[1]); err == nil {
				t.Errorf("Listen %v: %v", c, l)
			}
		}
		for _, address := range []string{"", ":0", "localhost:0", "server:0", "127.0.0.1:0", "[::]:0", "10.0.0.2:0"} {
			l, err := server.Listen("tcp", address)
			if err != nil {
				t.Errorf("Listen %s: %v", address, err)
				continue
			}
			l.Close()
		}
		// A host reaches itself by every name.
		for _, address := range []string{":80", "localhost:80", "server:80", "127.0.0.1:80", "10.0.0.2:80", "[::1]:80"} {
			c, err := server.Dial("tcp", address)
			if err != nil {
				t.Fatalf("%s: %v", address, err)
			}
			accept(t, l).Close()
			c.Close()
		}
	})
}

// TestDialEnded: a context that ends gives the errors of package net, whether it had ended before or not.
func TestDialEnded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := &simnet.Network{Backlog: 1}
		l := listen(t, n.Host("server"), ":80")
		defer dial(t, n.Host("client"), l.Addr()).Close() // the backlog is full
		expired, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		cancelled, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		for range 2 {
			for _, ctx := range []context.Context{expired, cancelled} {
				_, got := n.Host("client").DialContext(ctx, "tcp", "server:80")
				_, want := new(net.Dialer).DialContext(ctx, "tcp", "127.0.0.1:80") // dials nobody
				if !errors.Is(got, ctx.Err()) || !errors.Is(want, ctx.Err()) {
					t.Fatalf("%v, and package net's %v", got, want)
				}
				g, w := got.(*net.OpError), want.(*net.OpError)
				if g.Err.Error() != w.Err.Error() || g.Timeout() != w.Timeout() || g.Temporary() != w.Temporary() {
					t.Errorf("%v (timeout %t), and package net's %v (%t)", g.Err, g.Timeout(), w.Err, w.Timeout())
				}
			}
		}
	})
}

// TestBacklog: connections beyond the backlog wait in Dial.
func TestBacklog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := &simnet.Network{Backlog: 2}
		l := listen(t, n.Host("server"), ":80")
		dialled := make(chan *simnet.Conn, 5)
		for range 4 {
			go func() { dialled <- dial(t, n.Host("client"), l.Addr()) }()
		}
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := n.Host("client").DialContext(ctx, "tcp", "server:80"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Dial: %v", err)
		}
		if len(dialled) != 2 {
			t.Errorf("%d have connected", len(dialled))
		}
		for range 4 {
			c := accept(t, l)
			write(t, c, "x")
			(<-dialled).Close()
			c.Close()
		}
		failed := make(chan error, 3)
		for range 3 {
			go func() {
				c, err := n.Host("client").Dial("tcp", "server:80")
				if err == nil {
					_, err = c.Read(make([]byte, 1))
					c.Close()
				}
				failed <- err
			}()
		}
		synctest.Wait()
		l.Close()
		for range 3 {
			if err := <-failed; err == nil || errors.Is(err, io.EOF) {
				t.Errorf("after the listener's Close: %v", err)
			}
		}
	})
}

// TestAddresses: ports and addresses are used again when they are free.
func TestAddresses(t *testing.T) {
	n := new(simnet.Network)
	first := n.Host("10.0.0.1")
	x := n.Host("x")
	if first.Addr() == x.Addr() || n.Host("x") != x || n.Host(x.Addr().String()) != x || x.Name() != "x" {
		t.Error("hosts are mixed up")
	}
	l := listen(t, n.Host("server"), ":0")
	defer l.Close()
	h := n.Host("client")
	seen := make(map[string]bool)
	for range 70_000 { // more than there are ports
		c := dial(t, h, l.Addr())
		seen[c.LocalAddr().String()] = true
		accept(t, l).Close()
		c.Close()
	}
	if len(seen) != 1<<15 {
		t.Errorf("%d addresses", len(seen))
	}
}
