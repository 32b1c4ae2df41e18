// Command socks5 is a proxy of SOCKS version 5 (RFC 1928), without authentication and for CONNECT
// only.
//
//	socks5 -listen 127.0.0.1:1080
//	curl --socks5-hostname 127.0.0.1:1080 http://example.com/
//
// Names are looked up here, and hosts with several addresses are tried as RFC 8305 says.
package main

import (
	"context"
	"io"

	"github.com/goetia-go/goetia/aio"
	"github.com/goetia-go/goetia/examples/internal/task"
	"github.com/goetia-go/goetia/future"
)

func main() { task.Main(run) }

func run(ctx context.Context, args []string, out io.Writer) error {
	s := task.NewServer("socks5", out)
	if err := s.Flags.Parse(args); err != nil {
		return err
	}
	if err := s.Listen(); err != nil {
		return err
	}
	return s.Serve(ctx, func(c *aio.Conn) future.Future[error] { return session(s.Loop, c) })
}
