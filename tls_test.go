package goetia

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"math/big"
	"net"
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
