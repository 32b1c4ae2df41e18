package goetia

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"math/big"
	"net"
	"os"
	"sync"
	"testing"
	"time"
)

var certificate = sync.OnceValues(func() (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, err
})

// shaken makes a TLS connection over any other.
func shaken(t testing.TB, version uint16, a, b net.Conn) (near, far *tls.Conn) {
	t.Helper()
	cert, err := certificate()
	if err != nil {
		t.Fatal(err)
	}
	near = tls.Server(a, &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: version, MaxVersion: version})
	far = tls.Client(b, &tls.Config{InsecureSkipVerify: true, MinVersion: version, MaxVersion: version})
	failed := make(chan error)
	go func() { failed <- far.Handshake() }()
	if err := near.Handshake(); err != nil {
		t.Fatal(err)
	}
	if err := <-failed; err != nil {
		t.Fatal(err)
	}
	return near, far
}

// TestTLSBothDirections: one goroutine waits to read and another to write. The race
// detector saw them find out about the layers.
func TestTLSBothDirections(t *testing.T) {
	r := open(t)
	a, b := tcp(t)
	near, far := shaken(t, tls.VersionTLS13, a, b)
	const rounds = 200
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range rounds {
			if err := r.WaitWritable(t.Context(), near); err != nil {
				t.Error(err)
			}
		}
	}()
	for range rounds {
		write(t, far, "x")
		if err := r.WaitReadable(t.Context(), near); err != nil {
			t.Error(err)
		}
		read(t, near, 1)
	}
	<-done
}

// cutConn is beneath a TLS connection, whose peer's bytes it hands on in the pieces that
// a test wants.
type cutConn struct {
	net.Conn
	mu   sync.Mutex
	held []byte
	hold bool
}

func (c *cutConn) Write(b []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.hold {
		return c.Conn.Write(b)
	}
	c.held = append(c.held, b...)
	return len(b), nil
}

// collect makes the connection keep what is written.
func (c *cutConn) collect() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.hold = true
}

// pass hands on n bytes of what was kept, or all but -n.
func (c *cutConn) pass(t testing.TB, n int) {
	t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	if n <= 0 {
		n += len(c.held)
	}
	if _, err := c.Conn.Write(c.held[:n]); err != nil {
		t.Fatal(err)
	}
	c.held = c.held[n:]
}

// foreign hides a TLS connection's type, and shows the descriptor.
type foreign struct {
	net.Conn
	inner net.Conn
}

func (f foreign) NetConn() net.Conn { return f.inner }

// named is what many programs make of a connection to add something of their own. It has the NetConn
// of its tls.Conn, which passes over that.
type named struct {
	*tls.Conn
	name string
}

// counted adds something to that.
type counted struct {
	*named
	n int
}

// TestTLSBuffered: whoever waits for a TLS connection is told at once of what was read
// from the socket already, and waits if that is a part of a record only.
func TestTLSBuffered(t *testing.T) {
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		for name, wrap := range map[string]func(near *tls.Conn, a net.Conn) (net.Conn, error){
			"":         func(near *tls.Conn, _ net.Conn) (net.Conn, error) { return near, nil },
			"embedded": func(near *tls.Conn, _ net.Conn) (net.Conn, error) { return named{near, "x"}, nil },
			"deeper":   func(near *tls.Conn, _ net.Conn) (net.Conn, error) { return &counted{&named{near, "x"}, 1}, nil },
			"observed": func(near *tls.Conn, _ net.Conn) (net.Conn, error) { return Observe(near) },
			"hidden":   func(near *tls.Conn, a net.Conn) (net.Conn, error) { return Observe(foreign{near, a}) },
		} {
			t.Run(tls.VersionName(version)+" "+name, func(t *testing.T) {
				r := open(t)
				a, b := tcp(t)
				cut := &cutConn{Conn: b}
				near, far := shaken(t, version, a, cut)
				conn := check[net.Conn](t)(wrap(near, a))
				cut.collect()
				for _, s := range []string{"first", "second", "third"} {
					write(t, far, s) // a record each
				}
				cut.pass(t, -3) // in one segment, and the third is not whole
				c := newFired()
				fires := func() {
					t.Helper()
					check[*Watch](t)(r.AfterReadable(conn, c.call))
					if got := c.wait(t); !got.Has(Readable) {
						t.Errorf("fired with %v", got)
					}
				}
				fires()
				readSome(t, conn, "fi")
				fires() // the rest of the record
				readSome(t, conn, "rst")
				fires() // the next record
				readSome(t, conn, "second")
				// If the socket has nothing, what is there of the third is no reason.
				w := check[*Watch](t)(r.AfterReadable(conn, c.call))
				passed(t, r)
				c.never(t)
				if !w.Pending() {
					t.Fatal("not pending")
				}
				cut.pass(t, 0)
				c.wait(t)
				readSome(t, conn, "third")
				// Pending once more: the watch of a registration, too.
				if err := w.Rearm(); err != nil {
					t.Fatal(err)
				}
				passed(t, r)
				c.never(t)
				write(t, far, "fourth")
				cut.pass(t, 0)
				c.wait(t)
				readSome(t, conn, "fou")
				if err := w.Rearm(); err != nil {
					t.Fatal(err)
				}
				c.wait(t)
				readSome(t, conn, "rth")
			})
		}
	}
}

// readSome reads what is expected and no more.
func readSome(t testing.TB, c net.Conn, want string) {
	t.Helper()
	_ = c.SetReadDeadline(time.Now().Add(soon))
	if got := read(t, c, len(want)); got != want {
		t.Errorf("read %q, not %q", got, want)
	}
}

// TestObserveKeepsDeadlines: the look behind a connection's back, which needs a deadline of
// its own, leaves the user's.
func TestObserveKeepsDeadlines(t *testing.T) {
	r := open(t)
	a, b := tcp(t)
	near, far := shaken(t, tls.VersionTLS13, a, b)
	conn := check[*Observed](t)(Observe(foreign{near, a}))
	c := newFired()
	deadline := time.Now().Add(50 * time.Millisecond)
	if err := conn.SetReadDeadline(deadline); err != nil {
		t.Fatal(err)
	}
	w := check[*Watch](t)(r.AfterReadable(conn, c.call))
	if _, err := conn.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) || time.Now().Before(deadline) {
		t.Errorf("the read has ended too early or otherwise: %v", err)
	}
	// A deadline that has passed does not hide what is there.
	write(t, far, "xy")
	c.wait(t)
	if _, err := conn.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("the deadline was lost: %v", err)
	}
	if err := conn.SetDeadline(time.Time{}); err != nil {
		t.Fatal(err)
	}
	readSome(t, conn, "x")
	if err := conn.SetReadDeadline(time.Now().Add(-time.Second)); err != nil {
		t.Fatal(err)
	}
	if err := w.Rearm(); err != nil {
		t.Fatal(err)
	}
	c.wait(t)
	// The end of the stream is kept for the reader, too.
	readSome(t, conn, "y")
	far.Close()
	if err := w.Rearm(); err != nil {
		t.Fatal(err)
	}
	c.wait(t)
	if n, err := conn.Read(make([]byte, 1)); n != 0 || !errors.Is(err, io.EOF) {
		t.Errorf("the end gives %d, %v", n, err)
	}
}
