package httppark

import (
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

// TestProbe: the net/http that this is built with is the one that is known. If this fails
// with a new Go version, parking is off there, and phase.go has to be looked through.
func TestProbe(t *testing.T) {
	a, err := probe(nil)
	if err != nil {
		t.Fatal(err)
	}
	if a.room != 4096 || !a.tls {
		t.Errorf("%+v", a)
	}
}

func BenchmarkProbe(b *testing.B) {
	for b.Loop() {
		if _, err := probe(nil); err != nil {
			b.Fatal(err)
		}
	}
}

// roomy stands before a server that reads everything into a buffer of its own, whatever
// is left over from before.
type roomy struct {
	net.Conn
	held []byte
}

func (r *roomy) Read(p []byte) (int, error) {
	if len(p) == 1 {
		return r.Conn.Read(p)
	}
	if len(r.held) == 0 {
		buf := make([]byte, 4096)
		n, err := r.Conn.Read(buf)
		if n == 0 {
			return 0, err
		}
		r.held = buf[:n]
	}
	n := copy(p, r.held)
	r.held = r.held[n:]
	return n, nil
}

// narrow stands before a server that reads little at a time.
type narrow struct{ net.Conn }

func (n narrow) Read(p []byte) (int, error) { return n.Conn.Read(p[:min(len(p), 16)]) }

// timeless stands before a server that sets no deadlines.
type timeless struct{ net.Conn }

func (timeless) SetReadDeadline(time.Time) error { return nil }

func (c timeless) Read(p []byte) (int, error) {
	if len(p) == 1 {
		return 0, io.EOF // nobody would end it
	}
	return c.Conn.Read(p)
}

// hasty stands before a server that sets a deadline too many.
type hasty struct{ net.Conn }

func (c hasty) SetReadDeadline(t time.Time) error {
	_ = c.Conn.SetReadDeadline(t)
	return c.Conn.SetReadDeadline(t)
}

// polite stands before a server that says goodbye.
type polite struct{ net.Conn }

func (c polite) Close() error {
	_, _ = c.Write([]byte("bye"))
	return c.Conn.Close()
}

// TestProbeCanFail: a server that does something else is found out.
func TestProbeCanFail(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		distort func(net.Conn) net.Conn
		want    string
	}{
		{"an own buffer", func(c net.Conn) net.Conn { return &roomy{Conn: c} }, "1 byte more it looks idle: true"},
		{"small reads", func(c net.Conn) net.Conn { return narrow{c} }, "reads 16 bytes"},
		{"no deadlines", func(c net.Conn) net.Conn { return timeless{c} }, "a request it looks idle: false"},
		{"two deadlines", func(c net.Conn) net.Conn { return hasty{c} }, "a request it looks idle: false"},
		{"a goodbye", func(c net.Conn) net.Conn { return polite{c} }, "called Write after the end"},
	} {
		_, err := probe(c.distort)
		var broken *BrokenError
		if !errors.As(err, &broken) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}
