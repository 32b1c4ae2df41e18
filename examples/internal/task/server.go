package task

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"

	"github.com/goetia-go/goetia/aio"
	"github.com/goetia-go/goetia/future"
)

// Server is what the servers among the examples have in common.
type Server struct {
	// Flags are its flags. There is one already, which says where to listen.
	Flags *flag.FlagSet
	// Loop is there after Listen.
	Loop *aio.Loop

	out    io.Writer
	listen *string
	l      *aio.Listener
}

// NewServer makes a Server that prints to out.
func NewServer(name string, out io.Writer) *Server {
	s := &Server{Flags: flag.NewFlagSet(name, flag.ContinueOnError), out: out}
	s.Flags.SetOutput(out)
	s.listen = s.Flags.String("listen", "127.0.0.1:0", "where to listen")
	return s
}

// Listen opens a Loop and listens where the flags, which are parsed, say. It prints where that is.
func (s *Server) Listen() error {
	var err error
	if s.Loop, err = aio.New(); err != nil {
		return err
	}
	if s.l, err = s.Loop.Listen("tcp", *s.listen); err != nil {
		return errors.Join(err, s.Loop.Close())
	}
	fmt.Fprintf(s.out, "listening on %v\n", s.l.Addr())
	return nil
}

// Serve runs a session for each connection until ctx is done, on the calling goroutine. What a
// session fails with is printed.
func (s *Server) Serve(ctx context.Context, session func(*aio.Conn) future.Future[error]) error {
	report := func(err error) { fmt.Fprintln(s.out, "error:", err) }
	local := s.Loop.NewLocal(future.LocalOptions{})
	incoming := s.l.Incoming()
	future.Spawn(local, future.PollFunc[struct{}](func(cx *future.Context) (struct{}, bool) {
		for {
			r, ok, ready := incoming.PollNext(cx)
			switch {
			case !ready:
				return struct{}{}, false
			case !ok:
				return struct{}{}, true
			case r.Err != nil:
				report(r.Err) // the Listener rests before it tries again
				continue
			}
			future.Spawn(local, future.Map(Closing(session(r.Value), r.Value), func(err error) struct{} {
				if err != nil {
					report(err)
				}
				return struct{}{}
			}))
		}
	}))
	err := local.Run(ctx)
	if ctx.Err() != nil {
		err = nil
	}
	return errors.Join(err, local.Close(), s.l.Close(), s.Loop.Close())
}
