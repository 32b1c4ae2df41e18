package aio_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"math/big"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/goetia-go/goetia/aio"
	"github.com/goetia-go/goetia/future"
	"golang.org/x/net/nettest"
)

// identity is a server's configuration and that of a client who trusts it.
var identity = sync.OnceValues(func() (server, client *tls.Config) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, DNSNames: []string{"example.test"},
		NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		panic(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		panic(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(leaf)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}, NextProtos: []string{"h2", "http/1.1"}},
		&tls.Config{RootCAs: roots, ServerName: "example.test", NextProtos: []string{"http/1.1"}}
})

func tlsPair(t testing.TB, l *aio.Loop, version uint16) (server, client *aio.TLS) {
	t.Helper()
	sc, cc := identity()
	cc = cc.Clone()
	cc.MaxVersion = version
	a, b := tcpPair(t, l)
	server, client = aio.TLSServer(a, sc), aio.TLSClient(b, cc)
	t.Cleanup(func() { _, _ = server.Close(), client.Close() })
	return server, client
}

func TestTLS(t *testing.T) {
	t.Parallel()
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		t.Run(tls.VersionName(version), func(t *testing.T) {
			t.Parallel()
			l := loop(t)
			server, client := tlsPair(t, l, version)
			if x, y := both(t, l, server.Handshake(), client.Handshake()); x != nil || y != nil {
				t.Fatal(x, y)
			}
			if s := client.ConnectionState(); s.NegotiatedProtocol != "http/1.1" || s.Version != version || !s.HandshakeComplete {
				t.Errorf("%+v", s)
			}
			want := bytes.Repeat([]byte("secret"), 200_000)
			got := make([]byte, len(want))
			r, w := both(t, l, aio.ReadFull(server, got), aio.WriteAll(client, want))
			if r.Err != nil || w.Err != nil || !bytes.Equal(got, want) {
				t.Fatal(r, w)
			}
			if err := wait(t, l, aio.CloseWrite(client)); err != nil {
				t.Fatal(err)
			}
			if r := wait(t, l, server.Read(got)); r.Err != io.EOF {
				t.Error(r)
			}
			// The other direction is still open.
			must(t, l, server.Write([]byte("bye")))
			if n := must(t, l, client.Read(got)); string(got[:n]) != "bye" {
				t.Errorf("%q", got[:n])
			}
		})
	}
}

// TestTLSWithStandardPeers: crypto/tls on its own sockets at the other end.
func TestTLSWithStandardPeers(t *testing.T) {
	t.Parallel()
	l := loop(t)
	sc, cc := identity()
	c, p := withPeer(t, l)
	done := make(chan error, 1)
	go func() {
		s := tls.Server(p, sc)
		_, err := io.Copy(s, s)
		done <- errors.Join(err, s.CloseWrite())
	}()
	client := aio.TLSClient(c, cc)
	must(t, l, aio.WriteAll(client, []byte("hello")))
	buf := make([]byte, 5)
	if must(t, l, aio.ReadFull(client, buf)); string(buf) != "hello" {
		t.Errorf("%q", buf)
	}
	if err := wait(t, l, aio.CloseWrite(client)); err != nil {
		t.Error(err)
	}
	if r := wait(t, l, client.Read(buf)); r.Err != io.EOF {
		t.Error(r)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
	closed(t, client)
}

// TestTLSByteByByte: records that come in pieces are put together.
func TestTLSByteByByte(t *testing.T) {
	t.Parallel()
	l := loop(t)
	sc, cc := identity()
	c, p := withPeer(t, l)
	near, far := net.Pipe()
	go func() {
		// One byte at a time to the server, all at once back.
		go func() {
			b := make([]byte, 1)
			for {
				if _, err := near.Read(b); err != nil {
					return
				}
				if _, err := p.Write(b); err != nil {
					return
				}
			}
		}()
		_, _ = io.Copy(near, p)
	}()
	client := tls.Client(far, cc)
	sent := make(chan error, 1)
	go func() {
		_, err := client.Write([]byte("slowly"))
		sent <- err
	}()
	server := aio.TLSServer(c, sc)
	buf := make([]byte, 6)
	if must(t, l, aio.ReadFull(server, buf)); string(buf) != "slowly" {
		t.Errorf("%q", buf)
	}
	if err := <-sent; err != nil {
		t.Error(err)
	}
	_ = far.Close()
	_ = near.Close()
	closed(t, server)
}

func TestTLSRefuses(t *testing.T) {
	t.Parallel()
	l := loop(t)
	server, client := tlsPair(t, l, tls.VersionTLS13)
	_ = client.Close()
	if err := wait(t, l, server.Handshake()); err == nil {
		t.Error("a handshake with nobody")
	}
	if r := wait(t, l, server.Read(make([]byte, 1))); r.Err == nil {
		t.Error("it can be read")
	}
	sc, cc := identity()
	cc = cc.Clone()
	cc.ServerName = "elsewhere.test"
	a, b := tcpPair(t, l)
	s, c := aio.TLSServer(a, sc), aio.TLSClient(b, cc)
	se, ce := both(t, l, s.Handshake(), c.Handshake())
	var wrong *tls.CertificateVerificationError
	if !errors.As(ce, &wrong) {
		t.Errorf("the client: %v", ce)
	}
	if r := wait(t, l, s.Read(make([]byte, 1))); se == nil && r.Err == nil {
		t.Error("the server was not told")
	}
	_, _ = s.Close(), c.Close()
}

// TestTLSHandshakeGivenUp: no stack is left behind (goleak looks).
func TestTLSHandshakeGivenUp(t *testing.T) {
	t.Parallel()
	l := loop(t)
	sc, _ := identity()
	c, _ := withPeer(t, l)
	s := aio.TLSServer(c, sc)
	f := s.Handshake()
	pendingNow(t, f)
	future.Cancel(f)
	closed(t, s)
	if err := wait(t, l, s.Handshake()); err == nil {
		t.Error("no error")
	}
}

func TestTLSNetConn(t *testing.T) {
	t.Parallel()
	l := loop(t)
	nettest.TestConn(t, func() (_, _ net.Conn, stop func(), err error) {
		server, client := tlsPair(t, l, tls.VersionTLS13)
		x, y := aio.AsConn(l, server), aio.AsConn(l, client)
		return x, y, func() { _, _ = x.Close(), y.Close() }, nil
	})
}
