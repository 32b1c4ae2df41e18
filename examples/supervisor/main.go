// Command supervisor keeps programs running, and puts their lines together.
//
//	supervisor 'web: ./server -port 8080' 'worker: ./worker'
//
// Each argument is a name and a command. Each line that a program prints comes out with its name
// before it. A program that ends is started again after a while, which doubles up to half a
// minute as long as it does not live for ten seconds. An interrupt ends them all: they are
// told once, and killed after five seconds.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"time"

	"github.com/goetia-go/goetia/aio"
	"github.com/goetia-go/goetia/examples/internal/task"
	"github.com/goetia-go/goetia/future"
)

func main() { task.Main(run) }

const usage = "usage: supervisor 'NAME: COMMAND' ['NAME: COMMAND' ...]"

func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("supervisor", flag.ContinueOnError)
	flags.SetOutput(out)
	flags.Usage = func() { fmt.Fprintln(out, usage) }
	if err := flags.Parse(args); err != nil {
		return err
	}
	if args = flags.Args(); len(args) == 0 {
		return errors.New(usage)
	}
	loop, err := aio.New()
	if err != nil {
		return err
	}
	s := &supervisor{loop: loop, out: out, ctx: ctx}
	local := loop.NewLocal(future.LocalOptions{})
	for _, arg := range args {
		name, command, ok := strings.Cut(arg, ":")
		words := strings.Fields(command)
		if !ok || len(words) == 0 {
			return errors.Join(fmt.Errorf("%q is not NAME: COMMAND", arg), loop.Close())
		}
		p := &program{s: s, name: name, words: words}
		context.AfterFunc(ctx, p.stop.Wake)
		future.Spawn(local, future.Future[struct{}](p))
	}
	return errors.Join(local.Run(context.Background()), loop.Close())
}

type supervisor struct {
	loop *aio.Loop
	out  io.Writer
	ctx  context.Context
}

func (s *supervisor) say(name, format string, args ...any) {
	fmt.Fprintf(s.out, "%s | "+format+"\n", append([]any{name}, args...)...)
}

// command is what a program is started with. It has no group of its own, so that a terminal's
// interrupt reaches it as well.
func (p *program) command() *exec.Cmd { return exec.Command(p.words[0], p.words[1:]...) }

const (
	firstRest   = 100 * time.Millisecond
	longestRest = 30 * time.Second
	// lively is how long a program has to live for its next rest to be short again.
	lively = 10 * time.Second
	// patience is how long a program may take to end.
	patience = 5 * time.Second
)
