package idle

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"math/big"
	"net"
	"net/http"
	"time"

	"github.com/goetia-go/goetia/httppark"
)

// The servers of HTTP answer each connection's one request, and then have a second to
// become idle.

// Those that reports are about.
const (
	OursHTTP      = "httppark"
	OursWhole     = "httppark, without thin parking"
	OursTLS       = "httppark, TLS"
	OursWebSocket = "httppark.Parker, WebSocket (gobwas/ws)"
	BareHTTP      = "net/http"
)

var web = append(append([]contestant{{name: OursHTTP, serve: servePark, talk: talkHTTP}}, whole...), append([]contestant{
	{name: BareHTTP, serve: serveHTTP, talk: talkHTTP},
	{name: OursTLS, serve: serveParkTLS, talk: talkTLS},
	{name: "net/http, TLS", serve: serveHTTPS, talk: talkTLS},
}, webRivals...)...)

const settles = time.Second

// hello answers requests. It takes a text so that frameworks can be given the same one.
const hello = "hello"

func helloHandler(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, hello) }

// background has a server serve until its process ends.
func background(l net.Listener, srv *http.Server) { go func() { _ = srv.Serve(l) }() }

func servePark(addr string) error {
	srv := &http.Server{Handler: http.HandlerFunc(helloHandler)}
	return park("tcp", addr, srv)
}

func serveParkTLS(addr string) error {
	config, err := selfSigned()
	if err != nil {
		return err
	}
	srv := &http.Server{Handler: http.HandlerFunc(helloHandler)}
	return park("tcp", addr, srv, httppark.WithTLS(config))
}

func park(network, addr string, srv *http.Server, opts ...httppark.Option) error {
	l, err := httppark.Listen(network, addr, append(opts, httppark.WithServer(srv))...)
	if err != nil {
		return err
	}
	background(l, srv)
	return l.Err()
}

func serveHTTP(addr string) error {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	background(l, &http.Server{Handler: http.HandlerFunc(helloHandler)})
	return nil
}

func serveHTTPS(addr string) error {
	config, err := selfSigned()
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	background(tls.NewListener(l, config), &http.Server{Handler: http.HandlerFunc(helloHandler)})
	return nil
}

func selfSigned() (*tls.Config, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	return &tls.Config{
		Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}},
		NextProtos:   []string{"http/1.1"},
	}, nil
}

// talkHTTP makes one request.
func talkHTTP(c net.Conn) error {
	if _, err := io.WriteString(c, "GET / HTTP/1.1\r\nHost: bench\r\nUser-Agent: bench\r\n\r\n"); err != nil {
		return err
	}
	res, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err == nil && string(body) != hello {
		err = errors.New(res.Status)
	}
	return err
}

func talkTLS(c net.Conn) error {
	return talkHTTP(tls.Client(c, &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"http/1.1"}}))
}
