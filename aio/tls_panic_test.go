package aio_test

import (
	"crypto/tls"
	"errors"
	"testing"

	"github.com/goetia-go/goetia/aio"
	"github.com/goetia-go/goetia/future"
)

// TestTLSHandshakeThatPanics: it counted as done.
func TestTLSHandshakeThatPanics(t *testing.T) {
	t.Parallel()
	l := loop(t)
	sc, cc := identity()
	cc = cc.Clone()
	cc.VerifyConnection = func(tls.ConnectionState) error { panic("boo") }
	a, b := tcpPair(t, l)
	server, client := aio.TLSServer(a, sc), aio.TLSClient(b, cc)
	defer server.Close()
	defer client.Close()
	r := wait(t, l, future.Select(
		future.Map(server.Handshake(), func(err error) future.Result[error] { return future.Result[error]{Value: err} }),
		future.Catch(client.Handshake())))
	var p *future.PanicError
	if !errors.As(r.Value.Err, &p) {
		t.Fatalf("%v", r)
	}
	if err := wait(t, l, client.Handshake()); err == nil {
		t.Error("and then it had a handshake")
	}
	if r := wait(t, l, client.Read(make([]byte, 1))); r.Err == nil {
		t.Error("and then it read")
	}
}
