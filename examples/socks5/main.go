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
	"flag"
	"fmt"
	"io"

	"github.com/goetia-go/goetia/aio"
	"github.com/goetia-go/goetia/examples/internal/task"
	"github.com/goetia-go/goetia/future"
)

func main() { task.Main(run) }

func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("socks5", flag.ContinueOnError)
	flags.SetOutput(out)
	listen := flags.String("listen", "127.0.0.1:0", "where to listen")
	if err := flags.Parse(args); err != nil {
		return err
	}
	loop, err := aio.New()
	if err != nil {
		return err
	}
	l, err := loop.Listen("tcp", *listen)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "listening on %v\n", l.Addr())
	session := func(c *aio.Conn) future.Future[error] { return session(loop, c) }
	return task.Serve(ctx, loop, l, session, func(err error) { fmt.Fprintln(out, "error:", err) })
}
