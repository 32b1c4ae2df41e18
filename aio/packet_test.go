package aio_test

import (
	"errors"
	"net"
	"net/netip"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/goetia-go/goetia/aio"
)

func packets(t testing.TB, l *aio.Loop, network, addr string) *aio.PacketConn {
	t.Helper()
	p, err := l.ListenPacket(network, addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() })
	return p
}

func addrOf(p *aio.PacketConn) netip.AddrPort { return p.LocalAddr().(*net.UDPAddr).AddrPort() }

func TestUDP(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ network, addr string }{{"udp4", "127.0.0.1:0"}, {"udp6", "[::1]:0"}} {
		t.Run(c.network, func(t *testing.T) {
			t.Parallel()
			l := loop(t)
			a, b := packets(t, l, c.network, c.addr), packets(t, l, c.network, c.addr)
			buf := make([]byte, 100)
			f := b.Receive(buf)
			pendingNow(t, f)
			for _, text := range []string{"hello", "", "there"} {
				if err := wait(t, l, a.Send([]byte(text), addrOf(b))); err != nil {
					t.Fatal(err)
				}
				if d := must(t, l, f); string(buf[:d.N]) != text || d.From != addrOf(a) {
					t.Fatalf("received %q from %v, want %q from %v", buf[:d.N], d.From, text, addrOf(a))
				}
				f = b.Receive(buf)
			}
			if err := wait(t, l, a.SendTo([]byte("x"), b.LocalAddr())); err != nil {
				t.Fatal(err)
			}
			for range 2 {
				if d := must(t, l, b.Peek(buf)); d.N != 1 {
					t.Fatalf("peeked %v", d)
				}
			}
			if d := must(t, l, b.Receive(buf)); d.N != 1 || d.From != addrOf(a) {
				t.Fatalf("received %v", d)
			}
			pendingNow(t, b.Receive(buf))
		})
	}
}

func TestConnectedUDP(t *testing.T) {
	t.Parallel()
	l := loop(t)
	a := packets(t, l, "udp4", "127.0.0.1:0")
	b, err := l.DialPacket("udp4", a.LocalAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	stranger := packets(t, l, "udp4", "127.0.0.1:0")
	if err := wait(t, l, stranger.Send([]byte("not for you"), addrOf(b))); err != nil {
		t.Fatal(err)
	}
	if err := wait(t, l, b.Send([]byte("ping"), netip.AddrPort{})); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 100)
	d := must(t, l, a.Receive(buf))
	if string(buf[:d.N]) != "ping" || d.From != addrOf(b) {
		t.Fatalf("%q from %v", buf[:d.N], d.From)
	}
	if err := wait(t, l, a.Send([]byte("pong"), d.From)); err != nil {
		t.Fatal(err)
	}
	if d := must(t, l, b.Receive(buf)); string(buf[:d.N]) != "pong" {
		t.Fatalf("%q", buf[:d.N])
	}
	if b.RemoteAddr().String() != a.LocalAddr().String() {
		t.Errorf("connected to %v", b.RemoteAddr())
	}
}

// TestNoConnectionReset: that nobody has received a datagram is no error of the next receive
// from somebody else. Windows makes it one unless told not to.
func TestNoConnectionReset(t *testing.T) {
	t.Parallel()
	l := loop(t)
	a, b := packets(t, l, "udp4", "127.0.0.1:0"), packets(t, l, "udp4", "127.0.0.1:0")
	// At the port of one that is connected to somebody else nobody receives, and no other test's does.
	other, err := l.DialPacket("udp4", b.LocalAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	nobody := addrOf(other)
	if err := wait(t, l, a.Send([]byte("lost"), nobody)); err != nil {
		t.Fatal(err)
	}
	if err := wait(t, l, b.Send([]byte("x"), addrOf(a))); err != nil {
		t.Fatal(err)
	}
	if d := must(t, l, a.Receive(make([]byte, 10))); d.From != addrOf(b) {
		t.Fatalf("received %v", d)
	}
}

func TestMulticast(t *testing.T) {
	t.Parallel()
	ifi, err := multicaster()
	if err == nil && ifi == nil {
		t.Skip("no interface for multicast")
	}
	if err := multicastOfNet(ifi); err != nil {
		t.Skipf("no multicast here, with package net alone: %v", err)
	}
	l := loop(t)
	group := &net.UDPAddr{IP: net.IPv4(224, 0, 0, 251)}
	p, err := l.ListenMulticast("udp4", ifi, group)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	group.Port = p.LocalAddr().(*net.UDPAddr).Port
	s := packets(t, l, "udp4", "0.0.0.0:0")
	if err := wait(t, l, s.SendTo([]byte("to all"), group)); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 100)
	if d := must(t, l, p.Receive(buf)); string(buf[:d.N]) != "to all" {
		t.Fatalf("received %q", buf[:d.N])
	}
}

// multicastOfNet says whether what is sent to a group comes back through an interface. It may come
// through another one than the group was joined on.
func multicastOfNet(ifi *net.Interface) error {
	group := &net.UDPAddr{IP: net.IPv4(224, 0, 0, 251)}
	p, err := net.ListenMulticastUDP("udp4", ifi, group)
	if err != nil {
		return err
	}
	defer p.Close()
	group.Port = p.LocalAddr().(*net.UDPAddr).Port
	s, err := net.ListenPacket("udp4", "0.0.0.0:0")
	if err != nil {
		return err
	}
	defer s.Close()
	if _, err := s.WriteTo([]byte("to all"), group); err != nil {
		return err
	}
	// A datagram to the port itself says that nothing comes any more.
	if _, err := s.WriteTo([]byte("end"), &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: group.Port}); err != nil {
		return err
	}
	buf := make([]byte, 100)
	n, _, err := p.ReadFrom(buf)
	if err == nil && string(buf[:n]) != "to all" {
		err = errors.New("it does not come back")
	}
	return err
}

// multicaster is an interface for multicast, or nil if there is none. Wine may fail to list any, and
// choose one all the same.
func multicaster() (*net.Interface, error) {
	all, err := net.Interfaces()
	for i := range all {
		if all[i].Flags&(net.FlagUp|net.FlagMulticast) == net.FlagUp|net.FlagMulticast {
			return &all[i], nil
		}
	}
	return nil, err
}

func TestCancelledReceiveLosesNothing(t *testing.T) {
	t.Parallel()
	l := loop(t)
	a, b := packets(t, l, "udp4", "127.0.0.1:0"), packets(t, l, "udp4", "127.0.0.1:0")
	buf := make([]byte, 10)
	for i := range 50 {
		f := b.Receive(buf)
		pendingNow(t, f)
		if err := wait(t, l, a.Send([]byte{byte(i)}, addrOf(b))); err != nil {
			t.Fatal(err)
		}
		if i%2 == 0 {
			wait(t, l, l.After(0))
		}
		if c, ok := f.(interface{ Cancel() }); ok {
			c.Cancel()
		}
		if d := must(t, l, b.Receive(buf)); d.N != 1 || buf[0] != byte(i) {
			t.Fatalf("received %v, %d", d, buf[0])
		}
	}
}

func TestUnixSockets(t *testing.T) {
	t.Parallel()
	l := loop(t)
	dir := t.TempDir()
	if runtime.GOOS == "windows" {
		nl, err := net.Listen("unix", filepath.Join(dir, "of package net"))
		if err != nil {
			t.Skipf("no Unix sockets here, as in Wine 10: %v", err)
		}
		closed(t, nl)
	}
	nl, err := l.Listen("unix", filepath.Join(dir, "stream"))
	if err != nil {
		t.Fatal(err)
	}
	defer nl.Close()
	ra, rb := both(t, l, nl.Accept(), l.Dial("unix", nl.Addr().String()))
	if ra.Err != nil || rb.Err != nil {
		t.Fatal(ra.Err, rb.Err)
	}
	defer ra.Value.Close()
	defer rb.Value.Close()
	must(t, l, ra.Value.Write([]byte("hello")))
	buf := make([]byte, 10)
	if n := must(t, l, rb.Value.Read(buf)); string(buf[:n]) != "hello" {
		t.Fatalf("%q", buf[:n])
	}
	if runtime.GOOS == "windows" {
		return // it has neither datagrams of this kind nor pairs
	}

	a, b := packets(t, l, "unixgram", filepath.Join(dir, "a")), packets(t, l, "unixgram", filepath.Join(dir, "b"))
	if err := wait(t, l, a.SendTo([]byte("datagram"), b.LocalAddr())); err != nil {
		t.Fatal(err)
	}
	d := must(t, l, b.Receive(buf))
	if string(buf[:d.N]) != "datagram" || d.Addr == nil || d.Addr.String() != a.LocalAddr().String() {
		t.Fatalf("%q from %v", buf[:d.N], d.Addr)
	}

	x, y, err := l.UnixPair()
	if errors.Is(err, errors.ErrUnsupported) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	defer y.Close()
	must(t, l, x.Write([]byte("pair")))
	if n := must(t, l, y.Read(buf)); string(buf[:n]) != "pair" {
		t.Fatalf("%q", buf[:n])
	}
	if err := wait(t, l, x.CloseWrite()); err != nil {
		t.Fatal(err)
	}
	u, v, err := l.UnixPacketPair()
	if err != nil {
		t.Fatal(err)
	}
	defer u.Close()
	defer v.Close()
	if err := wait(t, l, u.Send([]byte("one"), netip.AddrPort{})); err != nil {
		t.Fatal(err)
	}
	if d := must(t, l, v.Receive(buf)); string(buf[:d.N]) != "one" {
		t.Fatalf("%q", buf[:d.N])
	}
}
