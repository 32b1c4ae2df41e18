package sock

import (
	"errors"
	"net/netip"
	"strings"
	"testing"
)

func TestResolve(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ network, text, want, err string }{
		{"tcp", "127.0.0.1:80", "127.0.0.1:80", ""},
		{"tcp", ":80", "127.0.0.1:80", ""},
		{"tcp", "[::1]:80", "[::1]:80", ""},
		{"udp", "0.0.0.0:0", "0.0.0.0:0", ""},
		{"unix", "/tmp/x", "/tmp/x", ""},
		{"unix", "", "", "empty path"},
		{"tcp", "127.0.0.1", "", "want HOST:PORT"},
		{"tcp", "127.0.0.1:70000", "", "is no port"},
		{"tcp", "127.0.0.1:-1", "", "is no port"},
		{"tcp", "a b:1", "", "is no host"},
	} {
		got, err := Resolve(t.Context(), c.network, c.text)
		if c.err != "" {
			if !errors.Is(err, ErrAddress) || !strings.Contains(err.Error(), c.err) {
				t.Errorf("Resolve(%q, %q): error %v, want one with %q", c.network, c.text, err, c.err)
			}
			continue
		}
		if err != nil || got.String() != c.want || got.Network() != c.network {
			t.Errorf("Resolve(%q, %q) = %v, %v, want %s", c.network, c.text, got, err, c.want)
		}
	}
}

// pair makes two connected sockets.
func pair(t *testing.T) (Socket, Socket) {
	t.Helper()
	l, err := Listen(TCP(netip.MustParseAddrPort("127.0.0.1:0")))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	a, err := Connect(l.Local("tcp"))
	if err != nil {
		t.Fatal(err)
	}
	b := eventually(t, l.Accept)
	t.Cleanup(func() { a.Close(); b.Close() })
	return a, b
}

// eventually repeats a call that would block. The tests of this package use no
// Poller, so that a fault in one is not taken for a fault in the other.
func eventually[T any](t *testing.T, call func() (T, error)) T {
	t.Helper()
	for {
		v, err := call()
		if err == ErrWouldBlock {
			if t.Context().Err() != nil {
				t.Fatal("still blocked when the test ended")
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func TestPair(t *testing.T) {
	t.Parallel()
	a, b := pair(t)
	if err := a.ConnectError(); err != nil {
		t.Fatal(err)
	}
	if a.Peer("tcp") != b.Local("tcp") || b.Peer("tcp") != a.Local("tcp") {
		t.Errorf("addresses differ: %v-%v and %v-%v", a.Local("tcp"), a.Peer("tcp"), b.Local("tcp"), b.Peer("tcp"))
	}
	buf := make([]byte, 16)
	if _, err := b.Read(buf); err != ErrWouldBlock {
		t.Fatalf("read with nothing there: %v", err)
	}
	if n, err := a.Write([]byte("hello")); n != 5 || err != nil {
		t.Fatalf("write: %d, %v", n, err)
	}
	if n := eventually(t, func() (int, error) { return b.Read(buf) }); string(buf[:n]) != "hello" {
		t.Fatalf("read %q", buf[:n])
	}
	if err := a.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	if n := eventually(t, func() (int, error) { return b.Read(buf) }); n != 0 {
		t.Fatalf("end of stream is %d bytes", n)
	}
	if _, err := a.Write([]byte("x")); !IsReset(err) {
		t.Errorf("write after CloseWrite: %v, want one that IsReset", err)
	}
}

func TestWriteStopsWhenFull(t *testing.T) {
	t.Parallel()
	a, b := pair(t)
	chunk := make([]byte, 1<<16)
	written := 0
	for {
		n, err := a.Write(chunk)
		if err == ErrWouldBlock {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		written += n
	}
	read := 0
	for read < written {
		read += eventually(t, func() (int, error) { return b.Read(chunk) })
	}
	if read != written {
		t.Errorf("read %d of %d bytes", read, written)
	}
}

func TestRefused(t *testing.T) {
	t.Parallel()
	l, err := Listen(TCP(netip.MustParseAddrPort("127.0.0.1:0")))
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Local("tcp")
	l.Close()
	s, err := Connect(addr)
	if err == nil {
		defer s.Close()
		for err == nil && t.Context().Err() == nil {
			err = s.ConnectError()
		}
	}
	if err == nil || !strings.Contains(strings.ToLower(Reason(err)), "refused") {
		t.Errorf("connect to a closed port: %v", err)
	}
}

func TestReadWriteDoNotAllocate(t *testing.T) {
	a, b := pair(t)
	buf := make([]byte, 64)
	n := testing.AllocsPerRun(200, func() {
		if _, err := a.Write(buf[:8]); err != nil {
			panic(err)
		}
		for {
			_, err := b.Read(buf)
			if err == nil {
				break
			}
			if err != ErrWouldBlock {
				panic(err)
			}
		}
	})
	if n != 0 {
		t.Errorf("one round makes %v allocations", n)
	}
}
