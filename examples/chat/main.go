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
	"io"

	"github.com/goetia-go/goetia/examples/internal/task"
)

//go:embed page.html
var page []byte

func main() { task.Main(run) }

func run(ctx context.Context, args []string, out io.Writer) error {
	s := task.NewServer("chat", out)
	if err := s.Flags.Parse(args); err != nil {
		return err
	}
	if err := s.Listen(); err != nil {
		return err
	}
	r := &room{members: make(map[*member]struct{})}
	return s.Serve(ctx, r.visit)
}
