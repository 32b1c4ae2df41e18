package aio_test

import (
	"crypto/tls"
	"errors"
	"net"
	"testing"
	"time"

	"github.com/goetia-go/goetia/aio"
	"github.com/goetia-go/goetia/future"
)

// TestTLSCloseInCallback: a function of the Config that closed its own connection waited for ever for
// the operation that it was called by.
func TestTLSCloseInCallback(t *testing.T) {
	t.Parallel()
	for name, arrange := range map[string]func(server, client *tls.Config, s, c **aio.TLS){
		"GetCertificate": func(server, _ *tls.Config, s, _ **aio.TLS) {
			certs := server.Certificates
			server.Certificates = nil
			server.GetCertificate = func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
				return &certs[0], (*s).Close()
			}
		},
		"VerifyConnection": func(_, client *tls.Config, _, c **aio.TLS) {
			client.VerifyConnection = func(tls.ConnectionState) error { return (*c).Close() }
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := loop(t)
			sc, cc := identity()
			sc, cc = sc.Clone(), cc.Clone()
			var server, client *aio.TLS
			arrange(sc, cc, &server, &client)
			a, b := tcpPair(t, l)
			server, client = aio.TLSServer(a, sc), aio.TLSClient(b, cc)
			ended := make(chan [2]error, 1)
			go func() {
				// To the end of both reading sides: TLS 1.3 may tell one of its handshake's
				// failure only then.
				se, ce := both(t, l, reads(server), reads(client))
				ended <- [2]error{se, ce}
			}()
			select {
			case errs := <-ended:
				if errs[0] == nil || errs[1] == nil {
					t.Errorf("read from a connection that was closed: %v", errs)
				}
				if !errors.Is(errs[0], net.ErrClosed) && !errors.Is(errs[1], net.ErrClosed) {
					t.Errorf("neither says that it was closed: %v", errs)
				}
			case <-time.After(time.Minute):
				t.Fatal("it hangs")
			}
			_, _ = server.Close(), client.Close()
		})
	}
}

func reads(c *aio.TLS) future.Future[error] {
	return future.Map(c.Read(make([]byte, 1)), func(r future.Result[int]) error { return r.Err })
}
