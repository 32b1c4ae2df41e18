// Command proxy passes TCP connections on, and can take TLS off them on the way.
//
//	proxy -listen 127.0.0.1:8443 -to 127.0.0.1:8080 -cert cert.pem -key key.pem
//
// Each connection is one task: it connects to the target, then copies both ways until both
// sides have ended, with the ends handed on and no buffer held while nothing moves.
package main

import (
	"context"
	"crypto/tls"
	"io"
	"time"

	"github.com/goetia-go/goetia/aio"
	"github.com/goetia-go/goetia/examples/internal/task"
	"github.com/goetia-go/goetia/future"
)

func main() { task.Main(run) }

func run(ctx context.Context, args []string, out io.Writer) error {
	s := task.NewServer("proxy", out)
	to := s.Flags.String("to", "", "where connections go")
	cert := s.Flags.String("cert", "", "file with a certificate: clients speak TLS")
	key := s.Flags.String("key", "", "file with its key")
	if err := s.Flags.Parse(args); err != nil {
		return err
	}
	p := &proxy{target: *to}
	if *cert != "" {
		pair, err := tls.LoadX509KeyPair(*cert, *key)
		if err != nil {
			return err
		}
		p.tls = &tls.Config{Certificates: []tls.Certificate{pair}}
	}
	if err := s.Listen(); err != nil {
		return err
	}
	p.loop = s.Loop
	return s.Serve(ctx, p.session)
}

type proxy struct {
	loop   *aio.Loop
	target string
	tls    *tls.Config
}

// session is one connection's task.
func (p *proxy) session(c *aio.Conn) future.Future[error] {
	var client aio.Stream = c
	if p.tls != nil {
		client = aio.TLSServer(c, p.tls)
	}
	dialer := aio.Dialer{Timeout: 10 * time.Second}
	return future.Then(dialer.Dial(p.loop, "tcp", p.target), func(r future.Result[*aio.Conn]) future.Future[error] {
		if r.Err != nil {
			return future.Ready(r.Err)
		}
		copied := future.Map(aio.CopyBoth(client, r.Value), func(r future.Result[aio.Moved]) error { return r.Err })
		return task.Closing(copied, client, r.Value)
	})
}
