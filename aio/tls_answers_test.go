package aio

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"math/big"
	"testing"
	"time"

	"github.com/goetia-go/goetia/future"
)

// stuck is a stream that takes nothing while it is told so.
type stuck struct {
	*Conn
	is bool
}

func (s *stuck) PollWrite(cx *future.Context, b []byte) (int, bool, error) {
	if s.is {
		return 0, false, nil
	}
	return s.Conn.PollWrite(cx, b)
}

// TestTLSAnswersDoNotPileUp: what a peer makes us answer and does not read was kept without limit. No
// public function of crypto/tls asks for key updates, so the answers are made up.
func TestTLSAnswersDoNotPileUp(t *testing.T) {
	t.Parallel()
	l, err := New()
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	a, err := l.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	pair := BlockOn(l, future.Join2(a.Accept(), l.Dial("tcp", a.Addr().String())))
	if pair.A.Err != nil || pair.B.Err != nil {
		t.Fatal(pair.A.Err, pair.B.Err)
	}
	beneath := &stuck{Conn: pair.B.Value}
	server := TLSServer(pair.A.Value, &tls.Config{Certificates: []tls.Certificate{selfSigned(t)}})
	client := TLSClient(beneath, &tls.Config{InsecureSkipVerify: true})
	defer server.Close()
	defer client.Close()
	if e := BlockOn(l, future.Join2(server.Handshake(), client.Handshake())); e.A != nil || e.B != nil {
		t.Fatal(e.A, e.B)
	}
	if r := BlockOn(l, WriteAll(server, []byte("x"))); r.Err != nil {
		t.Fatal(r.Err)
	}
	var b [1]byte
	if r := BlockOn(l, beneath.Peek(b[:])); r.Err != nil {
		t.Fatal(r.Err)
	}
	beneath.is, client.w.out = true, make([]byte, maxAnswers)
	cx := future.NewContext(future.WakerFunc(func() {}))
	if n, ready, err := client.PollRead(cx, b[:]); ready {
		t.Fatalf("read %d, %v", n, err)
	}
	beneath.is, client.w.out = false, nil
	if r := BlockOn(l, client.Read(b[:])); r.Err != nil || b[0] != 'x' {
		t.Errorf("%v, %q", r, b[0])
	}
}

func selfSigned(t *testing.T) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}
