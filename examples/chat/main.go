// Command chat is a chat over WebSocket: whatever one says in the page at / is read by all.
//
//	chat -listen 127.0.0.1:8080
//
// Each connection is two tasks on one executor, one that reads and one that writes, so the room
// needs no lock. The protocol is github.com/gobwas/ws, which works on bytes and leaves the
// waiting to others.
package main

import (
	"context"
	_ "embed"
	"flag"
	"fmt"
	"io"

	"github.com/goetia-go/goetia/aio"
	"github.com/goetia-go/goetia/examples/internal/task"
	"github.com/goetia-go/goetia/future"
)

//go:embed page.html
var page []byte

func main() { task.Main(run) }

func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("chat", flag.ContinueOnError)
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
	r := &room{members: make(map[*member]struct{})}
	session := func(c *aio.Conn) future.Future[error] { return r.visit(c) }
	return task.Serve(ctx, loop, l, session, func(err error) { fmt.Fprintln(out, "error:", err) })
}
