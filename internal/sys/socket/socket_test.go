//go:build unix

package socket

import (
	"errors"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func pair(t *testing.T) (a, b *Socket) {
	t.Helper()
	fds, err := Pair(syscall.SOCK_STREAM)
	if err != nil {
		t.Fatal(err)
	}
	a, b = new(Socket), new(Socket)
	a.Open(fds[0], Unix, nil)
	b.Open(fds[1], Unix, nil)
	t.Cleanup(func() { _, _ = a.Close(), b.Close() })
	return a, b
}

// TestHeldStaysOpen: the descriptor of a Socket that is closed while somebody uses it stays
// that one's until it is released, and is closed then.
func TestHeldStaysOpen(t *testing.T) {
	a, b := pair(t)
	fd, ok := a.Hold()
	if !ok {
		t.Fatal("it is open and cannot be held")
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := syscall.Write(fd, []byte("x")); err != nil {
		t.Fatalf("it was closed under who holds it: %v", err)
	}
	if _, ok := a.Hold(); ok {
		t.Error("it is closed and can be held")
	}
	buf := make([]byte, 10)
	if n, err := b.Read(buf); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	if _, err := b.Read(buf); err != syscall.EAGAIN {
		t.Errorf("the end has come early: %v", err)
	}
	a.Release()
	if n, err := b.Read(buf); n != 0 || err != nil {
		t.Errorf("it was released and is open: %d %v", n, err)
	}
	for name, err := range map[string]error{"Close": a.Close(), "SetLinger": a.CloseRead()} {
		if !errors.Is(err, net.ErrClosed) {
			t.Errorf("%s after Close: %v", name, err)
		}
	}
	if _, err := a.Write(buf); err != net.ErrClosed {
		t.Errorf("Write after Close: %v", err)
	}
	raw, err := a.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	if err := raw.Control(func(uintptr) { t.Error("Control after Close") }); !errors.Is(err, net.ErrClosed) {
		t.Errorf("Control after Close: %v", err)
	}
}

// TestZero: a Socket that was never opened is closed, and closes nobody's descriptor zero.
func TestZero(t *testing.T) {
	var s Socket
	if err := s.Close(); err != net.ErrClosed {
		t.Error(err)
	}
	if _, ok := s.Hold(); ok {
		t.Error("it can be held")
	}
}

// TestNumberReused: what is written while a Socket is closed never gets into the socket that has
// the number next.
func TestNumberReused(t *testing.T) {
	reused := 0
	for range 100 {
		old, far := pair(t)
		number := old.Number()
		began := make(chan struct{})
		var writers sync.WaitGroup
		var did atomic.Int64
		for i := range 2 {
			writers.Go(func() {
				for {
					_, err := old.Write([]byte("x"))
					if err == net.ErrClosed {
						return
					}
					if i == 0 && did.Add(1) == 1 {
						close(began)
					}
					_, _ = far.Read(make([]byte, 100))
				}
			})
		}
		<-began
		if err := old.Close(); err != nil {
			t.Fatal(err)
		}
		a, b := pair(t)
		if a.Number() == number || b.Number() == number {
			reused++
		}
		writers.Wait()
		for _, s := range []*Socket{a, b} {
			if n, err := s.Read(make([]byte, 100)); err != syscall.EAGAIN {
				t.Fatalf("%d bytes got into another socket: %v", n, err)
			}
		}
		_, _, _ = a.Close(), b.Close(), far.Close()
	}
	if reused == 0 {
		t.Log("no number was given twice at once")
	}
}

// TestGive: a descriptor that is given away while somebody uses it is given away after that, and
// then only its new owner closes it.
func TestGive(t *testing.T) {
	a, b := pair(t)
	if _, ok := a.Hold(); !ok {
		t.Fatal("it is open and cannot be held")
	}
	to := new(Socket)
	defer to.Close()
	given := make(chan error, 1)
	go func() { given <- a.Give(to) }()
	select {
	case <-given:
		t.Error("it was given away while it was used")
	case <-time.After(time.Millisecond):
	}
	a.Release()
	if err := <-given; err != nil {
		t.Fatal(err)
	}
	if _, ok := a.Hold(); ok {
		t.Error("it was given away and can be held")
	}
	if err := a.Close(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("it was given away and closed: %v", err)
	}
	if err := a.Give(new(Socket)); !errors.Is(err, net.ErrClosed) {
		t.Errorf("it was given away twice: %v", err)
	}
	if n, err := to.Write([]byte("x")); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	buf := make([]byte, 10)
	if n, err := b.Read(buf); n != 1 || err != nil {
		t.Error(n, err)
	}
}

// TestSockaddr: an address that was package net's is the same one in a Socket.
func TestSockaddr(t *testing.T) {
	for _, want := range []*net.TCPAddr{
		{IP: net.IPv4(192, 0, 2, 1).To4(), Port: 80},
		{IP: net.IPv4(192, 0, 2, 1), Port: 80},
		{IP: net.ParseIP("2001:db8::1"), Port: 65535},
		{IP: net.ParseIP("fe80::1"), Port: 1, Zone: "4000000000"},
	} {
		a := addressOf(Sockaddr(want))
		if got := a.tcp(); got.String() != want.String() || len(got.IP) != len(want.IP) {
			t.Errorf("%v (%d bytes), want %v (%d)", got, len(got.IP), want, len(want.IP))
		}
	}
	for _, no := range []net.Addr{nil, (*net.UnixAddr)(nil), &net.TCPAddr{}} {
		if sa := Sockaddr(no); sa != nil {
			t.Errorf("%v is %v", no, sa)
		}
	}
}

// TestClosedOnce: of several who close it one does.
func TestClosedOnce(t *testing.T) {
	for range 200 {
		a, _ := pair(t)
		var all sync.WaitGroup
		var did atomic.Int64
		for range 4 {
			all.Go(func() {
				if a.Close() == nil {
					did.Add(1)
				}
			})
		}
		all.Wait()
		if did.Load() != 1 {
			t.Fatalf("%d of 4 have closed it", did.Load())
		}
	}
}

func listen(t *testing.T, config net.ListenConfig, network, address string) (net.Listener, int) {
	t.Helper()
	l, err := config.Listen(t.Context(), network, address)
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { l.Close() })
	fd, err := Take(l.(syscall.Conn))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = syscall.Close(fd) })
	return l, fd
}

// accepted is what Accept returns, which does not wait, as soon as there is a connection.
func accepted(t *testing.T, listener int) (int, syscall.Sockaddr) {
	t.Helper()
	for until := time.Now().Add(20 * time.Second); ; time.Sleep(time.Millisecond) {
		fd, peer, err := Accept(listener)
		if err == nil {
			return fd, peer
		}
		if err != syscall.EAGAIN || time.Now().After(until) {
			t.Fatal(err)
		}
	}
}

// TestAccept: who is accepted does not block, is not for children, and has the addresses that
// it has for its peer, which remain when it is closed.
func TestAccept(t *testing.T) {
	for _, at := range []string{"127.0.0.1:0", "[::1]:0", ":0"} {
		t.Run(at, func(t *testing.T) {
			l, fd := listen(t, net.ListenConfig{}, "tcp", at)
			if _, _, err := Accept(fd); err != syscall.EAGAIN {
				t.Fatalf("with nobody there: %v", err)
			}
			far, err := net.Dial("tcp", l.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer far.Close()
			own, peer := accepted(t, fd)
			if flags, err := unix.FcntlInt(uintptr(own), unix.F_GETFD, 0); err != nil || flags&unix.FD_CLOEXEC == 0 {
				t.Errorf("children get it: %#x %v", flags, err)
			}
			for _, told := range []syscall.Sockaddr{peer, nil} {
				dup, err := duplicate(own)
				if err != nil {
					t.Fatal(err)
				}
				var s Socket
				s.Open(dup, TCP, told)
				if _, err := s.Read(make([]byte, 1)); err != syscall.EAGAIN {
					t.Errorf("it blocks: %v", err)
				}
				// A socket of both families tells IPv4's in IPv6's clothes, which are
				// printed alike.
				if s.LocalAddr().String() != far.RemoteAddr().String() || s.RemoteAddr().String() != far.LocalAddr().String() {
					t.Errorf("%v and %v, and the peer says %v and %v", s.LocalAddr(), s.RemoteAddr(), far.RemoteAddr(), far.LocalAddr())
				}
				if err := s.Close(); err != nil {
					t.Fatal(err)
				}
				if s.RemoteAddr().String() != far.LocalAddr().String() || s.LocalAddr().Network() != "tcp" {
					t.Errorf("after Close: %v and %v", s.LocalAddr(), s.RemoteAddr())
				}
			}
			_ = syscall.Close(own)
		})
	}
}

// TestPrepareAsNet: what package net sets on those that it accepts is set, whatever it was asked for.
func TestPrepareAsNet(t *testing.T) {
	if !Prepares {
		t.Skip("only package net accepts here")
	}
	for name, config := range map[string]net.ListenConfig{
		"usual":    {},
		"period":   {KeepAlive: 42 * time.Second},
		"none":     {KeepAlive: -1},
		"all":      {KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: 1500 * time.Millisecond, Interval: 5 * time.Second, Count: 3}},
		"some":     {KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: -1, Interval: 4 * time.Second, Count: -1}},
		"disabled": {KeepAlive: -1, KeepAliveConfig: net.KeepAliveConfig{Idle: 3 * time.Second}},
	} {
		t.Run(name, func(t *testing.T) {
			l, fd := listen(t, config, "tcp", "127.0.0.1:0")
			for range 2 {
				far, err := net.Dial("tcp", l.Addr().String())
				if err != nil {
					t.Fatal(err)
				}
				defer far.Close()
			}
			theirs, err := l.Accept()
			if err != nil {
				t.Fatal(err)
			}
			defer theirs.Close()
			raw, err := theirs.(*net.TCPConn).SyscallConn()
			if err != nil {
				t.Fatal(err)
			}
			var want Settings
			if err := raw.Control(func(fd uintptr) { want = Current(int(fd)) }); err != nil {
				t.Fatal(err)
			}
			ours, _ := accepted(t, fd)
			defer syscall.Close(ours)
			Prepare(ours, &config)
			same(t, Current(ours), want)
		})
	}
}

func same(t *testing.T, got, want Settings) {
	t.Helper()
	for i, s := range settings {
		if got[i] != want[i] || !got[i].Applies {
			t.Errorf("option %d of level %d is %+v, want %+v", s.name, s.level, got[i], want[i])
		}
	}
}

// TestNetConnKeepsSettings: a connection of package net for the socket does not come with that
// package's settings, and the Socket goes on.
func TestNetConnKeepsSettings(t *testing.T) {
	l, fd := listen(t, net.ListenConfig{}, "tcp", "127.0.0.1:0")
	far, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer far.Close()
	own, peer := accepted(t, fd)
	var s Socket
	s.Open(own, TCP, peer)
	defer s.Close()
	for _, c := range []struct {
		noDelay bool
		keep    net.KeepAliveConfig
	}{
		{false, net.KeepAliveConfig{}},
		{false, net.KeepAliveConfig{Enable: true, Idle: 77 * time.Second, Interval: 7 * time.Second, Count: 5}},
		{true, net.KeepAliveConfig{Enable: true}},
	} {
		if !Prepares {
			c.keep = net.KeepAliveConfig{Enable: c.keep.Enable, Idle: -1, Interval: -1, Count: -1}
		}
		if err := errors.Join(s.SetNoDelay(c.noDelay), s.SetKeepAliveConfig(c.keep)); err != nil {
			t.Fatal(err)
		}
		want := Current(own)
		nc, err := s.NetConn()
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := nc.(*net.TCPConn); !ok {
			t.Errorf("a %T", nc)
		}
		same(t, Current(own), want)
		if err := nc.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Write([]byte("x")); err != nil {
			t.Error(err)
		}
	}
	if err := s.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	if b, err := io.ReadAll(far); string(b) != "xxx" || err != nil {
		t.Errorf("%q %v", b, err)
	}
}

// TestUnix: what is of TCP only is refused, and addresses are those of Unix sockets.
func TestUnix(t *testing.T) {
	a, _ := pair(t)
	if err := a.SetNoDelay(true); !errors.Is(err, errors.ErrUnsupported) {
		t.Error(err)
	}
	if n := a.RemoteAddr().Network(); n != "unix" {
		t.Error(n)
	}
	nc, err := a.NetConn()
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := nc.(*net.UnixConn); !ok {
		t.Errorf("a %T", nc)
	}
	if err := nc.Close(); err != nil {
		t.Error(err)
	}
}
