package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/goetia-go/goetia/examples/internal/tool"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// web is a server for what is behind the proxy.
func web(t *testing.T) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte(strings.Repeat("hello from behind\n", 10_000)))
	}))
	t.Cleanup(s.Close)
	return s.Listener.Addr().String()
}

func listening(t *testing.T, p *tool.Program) string {
	t.Helper()
	return strings.TrimPrefix(p.Await(t, "listening on "), "listening on ")
}

func TestCurl(t *testing.T) {
	p := tool.Start(t, run, "-to", web(t))
	out := tool.Run(t, "", "curl", "-sS", "--max-time", "30", "http://"+listening(t, p)+"/")
	if n := strings.Count(out, "hello from behind\n"); n != 10_000 {
		t.Errorf("%d lines", n)
	}
}

// TestNetcat: netcat ends its sending, which the proxy hands on, and reads the rest.
func TestNetcat(t *testing.T) {
	echo, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer echo.Close()
	go func() {
		c, err := echo.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		buf := make([]byte, 100)
		all := ""
		for {
			n, err := c.Read(buf)
			all += string(buf[:n])
			if err != nil {
				break
			}
		}
		_, _ = c.Write([]byte(strings.ToUpper(all)))
	}()
	p := tool.Start(t, run, "-to", echo.Addr().String())
	host, port, _ := net.SplitHostPort(listening(t, p))
	if out := tool.Run(t, "hello\n", "nc", "-N", host, port); out != "HELLO\n" {
		t.Errorf("%q", out)
	}
}

func TestOpenSSL(t *testing.T) {
	cert, key := identity(t)
	p := tool.Start(t, run, "-to", web(t), "-cert", cert, "-key", key)
	addr := listening(t, p)
	for _, version := range []string{"-tls1_2", "-tls1_3"} {
		out := tool.Run(t, "GET / HTTP/1.0\r\n\r\n", "openssl", "s_client", "-connect", addr, "-CAfile", cert,
			"-servername", "example.test", "-verify_return_error", "-quiet", "-ign_eof", version)
		if n := strings.Count(out, "hello from behind\n"); n != 10_000 {
			t.Errorf("%s: %d lines", version, n)
		}
	}
	out := tool.Run(t, "", "curl", "-sS", "--max-time", "30", "--cacert", cert, "--connect-to", "example.test:443:"+addr, "https://example.test/")
	if n := strings.Count(out, "hello from behind\n"); n != 10_000 {
		t.Errorf("curl: %d lines", n)
	}
}

func TestNobodyBehind(t *testing.T) {
	p := tool.Start(t, run, "-to", tool.Nobody(t))
	c, err := net.Dial("tcp", listening(t, p))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.Read(make([]byte, 1)); err == nil {
		t.Error("the client was not told")
	}
	p.Await(t, "error:")
}

func identity(t *testing.T) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "example.test"}, DNSNames: []string{"example.test"}, NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, block := range map[string]*pem.Block{"cert": {Type: "CERTIFICATE", Bytes: der}, "key": {Type: "PRIVATE KEY", Bytes: pkcs8}} {
		if err := os.WriteFile(filepath.Join(dir, name), pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, "cert"), filepath.Join(dir, "key")
}
