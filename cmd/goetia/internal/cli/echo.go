package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/goetia-go/goetia/cmd/goetia/internal/echo"
	"github.com/goetia-go/goetia/cmd/goetia/internal/futureecho"
	"github.com/goetia-go/goetia/cmd/goetia/internal/reactorecho"
	"github.com/goetia-go/goetia/cmd/goetia/internal/report"
	"github.com/goetia-go/goetia/cmd/goetia/internal/sock"
	"github.com/goetia-go/goetia/poll"
)

type echoCommand struct {
	Listen    string        `required:"" placeholder:"HOST:PORT" help:"Address to listen on; port 0 takes a free one."`
	Engine    string        `enum:"poll,reactor,future,coro" default:"poll" help:"What drives the connections: poll (event loops on a Poller), reactor (callbacks of a Reactor over net.Conns), future (tasks on an executor for each loop) or coro (the same, with coroutines)."`
	Mechanism mechanism     `placeholder:"NAME" help:"How to ask the kernel; see goetia doctor. The default is this system's best."`
	Loops     int           `default:"1" help:"Number of event loops, or of the Reactor's shards."`
	HighWater size          `default:"256KiB" placeholder:"SIZE" help:"Bytes kept for a peer that does not read before it is no longer read from (${default}). The other engines keep what one read brings, at most: they read on when all was written."`
	For       time.Duration `placeholder:"DURATION" help:"Stop after this time, such as 30s; without it, at an interrupt (Ctrl-C) or SIGTERM."`
	JSON      bool          `name:"json" help:"Print two lines of JSON: one when listening, one with the counts."`
}

func (*echoCommand) Help() string {
	return `The first line says where it listens, the second which mechanism drives it. The counts follow at the end.

To stop it sends what it has read, tells its peers that this was all, discards what they still send, and waits for them to close. Those that take longer than a second are cut off.

Examples:

    goetia echo --listen 127.0.0.1:7007
    goetia echo --listen 127.0.0.1:0 --loops 2
    goetia echo --listen 127.0.0.1:7007 --engine reactor
    goetia echo --listen 127.0.0.1:7007 --engine future --loops 2
    goetia echo --listen [::1]:7007 --for 1m --json

With --json the first line has "listening", "engine", "mechanism" and "loops", the second has accepted, closed, peak, messages, bytes_in, bytes_out, pauses, resets, errors, accept_errors and poller (batches, events, stale, notifies, kernel).`
}

// Validate is called by kong after parsing.
func (c *echoCommand) Validate() error {
	switch {
	case c.Loops < 1 || c.Loops > 1024:
		return errors.New("--loops: want a number from 1 to 1024")
	case c.HighWater < 1:
		return errors.New("--high-water: want at least one byte")
	case c.For < 0:
		return errors.New("--for: want a duration above zero")
	}
	return nil
}

// listening is the first line with --json.
type listening struct {
	Listening string         `json:"listening"`
	Engine    string         `json:"engine"`
	Mechanism poll.Mechanism `json:"mechanism"`
	Loops     int            `json:"loops"`
}

// echoed is the second line with --json.
type echoed struct {
	echo.Counts
	Poller report.Poller `json:"poller"`
}

func (c *echoCommand) Run(e *env) error {
	addr, err := resolve(e.ctx, "tcp", c.Listen)
	if err != nil {
		return err
	}
	server, err := c.open(addr)
	if err != nil {
		return err
	}
	if c.JSON {
		err = report.Line(e.stdout, listening{server.Addr().String(), c.Engine, server.Mechanism(), c.Loops})
	} else {
		_, err = fmt.Fprintf(e.stdout, "listening on %s\nmechanism %s\n", server.Addr(), server.Mechanism())
	}
	ctx, stop := e.serving(c.For, err)
	defer stop()
	err = errors.Join(err, server.Serve(ctx))
	return errors.Join(err, c.report(e, server.Counts()))
}

// echoServer is what the engines have in common.
type echoServer interface {
	Addr() sock.Addr
	Mechanism() poll.Mechanism
	Serve(ctx context.Context) error
	Counts() echo.Counts
}

func (c *echoCommand) open(addr sock.Addr) (echoServer, error) {
	m := poll.Mechanism(c.Mechanism)
	switch c.Engine {
	case "future", "coro":
		return opened(futureecho.Listen(addr.String(), futureecho.Options{Mechanism: m, Loops: c.Loops, Coroutines: c.Engine == "coro"}))
	case "reactor":
		return opened(reactorecho.Listen(addr.String(), reactorecho.Options{Mechanism: m, Shards: c.Loops}))
	}
	return opened(echo.Listen(addr, echo.Options{Mechanism: m, Loops: c.Loops, HighWater: int(c.HighWater)}))
}

// opened keeps a nil pointer from becoming an interface that is not nil.
func opened[T echoServer](s T, err error) (echoServer, error) {
	if err != nil {
		return nil, err
	}
	return s, nil
}

func (c *echoCommand) report(e *env, n echo.Counts) error {
	if c.JSON {
		return report.Line(e.stdout, echoed{n, report.NewPoller(n.Poller)})
	}
	var rows report.Rows
	rows.Addf("connections", "%s accepted, at most %s at once", report.Number(n.Accepted), report.Number(n.Peak))
	rows.Addf("messages", "%s", report.Number(n.Messages))
	rows.Addf("bytes", "%s in, %s out", report.Number(n.BytesIn), report.Number(n.BytesOut))
	rows.Addf("trouble", "%s, %s, %s, %s for slow readers", report.Plural(n.Errors, "error"),
		report.Plural(n.Resets, "reset"), report.Plural(n.AcceptErrors, "failed accept"), report.Plural(n.Pauses, "pause"))
	report.NewPoller(n.Poller).Rows(&rows)
	return rows.Write(e.stdout, "")
}
