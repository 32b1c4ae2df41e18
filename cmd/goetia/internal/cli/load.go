package cli

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/goetia-go/goetia/cmd/goetia/internal/load"
	"github.com/goetia-go/goetia/cmd/goetia/internal/report"
	"github.com/goetia-go/goetia/poll"
)

type loadCommand struct {
	Addr           string        `required:"" placeholder:"HOST:PORT" help:"Address of an echo server."`
	Conns          int           `default:"100" placeholder:"N" help:"Number of connections (${default})."`
	Size           size          `default:"64B" placeholder:"SIZE" help:"Bytes in a message, such as 64, 16KiB or 1MB (${default})."`
	Duration       time.Duration `default:"3s" placeholder:"DURATION" help:"How long to send, such as 500ms, 10s or 2m (${default})."`
	Rate           float64       `placeholder:"N" help:"Messages per second of all connections together; without it, as fast as the answers come."`
	Engine         string        `enum:"poll" default:"poll" help:"What drives the connections: ${enum}."`
	Mechanism      mechanism     `placeholder:"NAME" help:"How to ask the kernel; see goetia doctor. The default is this system's best."`
	Workers        int           `default:"1" placeholder:"N" help:"Number of event loops (${default})."`
	Seed           uint64        `placeholder:"N" help:"Seed of the payloads; without it, a new one each time."`
	ConnectTimeout time.Duration `default:"10s" placeholder:"DURATION" help:"How long one connection attempt may take (${default})."`
	Grace          time.Duration `default:"10s" placeholder:"DURATION" help:"How long to wait for the last answers (${default})."`
	JSON           bool          `name:"json" help:"Print the result as one JSON object."`
}

func (*loadCommand) Help() string {
	return `Each connection sends a message of pseudo-random bytes, reads as many back, compares them, and sends the next. A difference, a connection that ends, or an answer that does not come makes the exit code 1.

With --rate the messages have due times, and latency counts from those: a server that falls behind shows it.

Examples:

    goetia load --addr 127.0.0.1:7007
    goetia load --addr 127.0.0.1:7007 --conns 1000 --size 64 --duration 10s
    goetia load --addr 127.0.0.1:7007 --conns 50 --rate 2000 --json

JSON: address, engine, mechanism, connections, size, seed, connect_seconds, seconds, messages, messages_per_second, megabytes_per_second (each way), latency_us (p50, p90, p99, p99.9, max, mean), errors (mismatches, broken, stalled, first), interrupted, ok, poller.`
}

const (
	maxConns = 1_000_000
	maxSize  = 64 << 20
)

// Validate is called by kong after parsing.
func (c *loadCommand) Validate() error {
	switch {
	case c.Conns < 1 || c.Conns > maxConns:
		return fmt.Errorf("--conns: want a number from 1 to %d", maxConns)
	case c.Size < 1 || c.Size > maxSize:
		return errors.New("--size: want a size from 1 to 64MiB")
	case c.Duration <= 0:
		return errors.New("--duration: want a duration above zero")
	case c.Rate < 0:
		return errors.New("--rate: want a number above zero")
	case c.Workers < 1 || c.Workers > 1024:
		return errors.New("--workers: want a number from 1 to 1024")
	case c.ConnectTimeout <= 0:
		return errors.New("--connect-timeout: want a duration above zero")
	case c.Grace <= 0:
		return errors.New("--grace: want a duration above zero")
	}
	return nil
}

func (c *loadCommand) Run(e *env) error {
	addr, err := resolve(e.ctx, "tcp", c.Addr)
	if err != nil {
		return err
	}
	if addr.AddrPort().Port() == 0 {
		return usagef("--addr: cannot connect to port 0")
	}
	if c.Seed == 0 {
		c.Seed = rand.Uint64() >> 12 // so that every JSON reader keeps it whole
	}
	var p load.Progress
	stop := c.showProgress(e, &p)
	r, err := load.Run(e.ctx, load.Options{
		Addr: addr, Mechanism: poll.Mechanism(c.Mechanism),
		Conns: c.Conns, Size: int(c.Size), Duration: c.Duration, Rate: c.Rate,
		Workers: c.Workers, Seed: c.Seed, ConnectTimeout: c.ConnectTimeout, Grace: c.Grace,
	}, &p)
	stop()
	if err != nil {
		return err
	}
	if c.JSON {
		err = report.JSON(e.stdout, c.json(addr.String(), r))
	} else {
		err = c.text(e, addr.String(), r)
	}
	if err == nil && !r.OK() {
		_, _ = fmt.Fprintf(e.stderr, "goetia: %s\n", c.trouble(r))
		return errReported
	}
	return err
}

func (c *loadCommand) megabytes(r *load.Result) float64 {
	return r.PerSecond() * float64(c.Size) / 1e6
}

// trouble is the error line of a run that went wrong.
func (c *loadCommand) trouble(r *load.Result) string {
	return fmt.Sprintf("%s, %s, %s (no answer within %v): %s",
		report.Plural(r.Mismatches, "wrong answer"), report.Plural(r.Broken, "broken connection"),
		report.Plural(r.Stalled, "stalled connection"), c.Grace, r.First)
}

func (c *loadCommand) text(e *env, addr string, r *load.Result) error {
	var rows report.Rows
	rows.Addf("load", "%s to %s, %s a message, mechanism %s",
		report.Plural(c.Conns, "connection"), addr, report.Bytes(int(c.Size)), r.Mechanism)
	rows.Addf("connect", "%v", r.Connected.Round(100*time.Microsecond))
	rows.Addf("messages", "%s in %v%s", report.Number(r.Messages), r.Elapsed.Round(time.Millisecond), interrupted(r))
	rows.Addf("throughput", "%s messages/s, %.1f MB/s each way", report.Number(int64(r.PerSecond())), c.megabytes(r))
	if r.Messages == 0 {
		rows.Add("latency µs", "no answers")
	} else {
		rows.Addf("latency µs", "p50 %s  p90 %s  p99 %s  p99.9 %s  max %s",
			report.Micros(r.Quantile(50)), report.Micros(r.Quantile(90)), report.Micros(r.Quantile(99)),
			report.Micros(r.Quantile(99.9)), report.Micros(r.Max()))
	}
	report.NewPoller(r.Poller).Rows(&rows)
	if r.OK() {
		rows.Add("errors", "none, every answer was what had been sent")
	} else {
		rows.Addf("errors", "%s, %s, %s", report.Plural(r.Mismatches, "wrong answer"),
			report.Plural(r.Broken, "broken connection"), report.Plural(r.Stalled, "stalled connection"))
	}
	return rows.Write(e.stdout, "")
}

func interrupted(r *load.Result) string {
	if r.Interrupted {
		return ", interrupted"
	}
	return ""
}

// loaded is the result with --json.
type loaded struct {
	Address     string         `json:"address"`
	Engine      string         `json:"engine"`
	Mechanism   poll.Mechanism `json:"mechanism"`
	Connections int            `json:"connections"`
	Size        int            `json:"size"`
	Seed        uint64         `json:"seed"`
	Connect     float64        `json:"connect_seconds"`
	Seconds     float64        `json:"seconds"`
	Messages    uint64         `json:"messages"`
	PerSecond   float64        `json:"messages_per_second"`
	Megabytes   float64        `json:"megabytes_per_second"`
	Latency     latency        `json:"latency_us"`
	Errors      loadErrors     `json:"errors"`
	Interrupted bool           `json:"interrupted"`
	OK          bool           `json:"ok"`
	Poller      report.Poller  `json:"poller"`
}

type latency struct {
	P50  float64 `json:"p50"`
	P90  float64 `json:"p90"`
	P99  float64 `json:"p99"`
	P999 float64 `json:"p99.9"`
	Max  float64 `json:"max"`
	Mean float64 `json:"mean"`
}

type loadErrors struct {
	Mismatches uint64 `json:"mismatches"`
	Broken     uint64 `json:"broken"`
	Stalled    uint64 `json:"stalled"`
	First      string `json:"first,omitempty"`
}

func (c *loadCommand) json(addr string, r *load.Result) loaded {
	return loaded{
		Address: addr, Engine: c.Engine, Mechanism: r.Mechanism,
		Connections: c.Conns, Size: int(c.Size), Seed: c.Seed,
		Connect: report.Seconds(r.Connected), Seconds: report.Seconds(r.Elapsed),
		Messages: r.Messages, PerSecond: r.PerSecond(), Megabytes: c.megabytes(r),
		Latency: latency{
			P50:  report.Microseconds(r.Quantile(50)),
			P90:  report.Microseconds(r.Quantile(90)),
			P99:  report.Microseconds(r.Quantile(99)),
			P999: report.Microseconds(r.Quantile(99.9)),
			Max:  report.Microseconds(r.Max()),
			Mean: report.Microseconds(time.Duration(r.Latency.Mean())),
		},
		Errors:      loadErrors{r.Mismatches, r.Broken, r.Stalled, r.First},
		Interrupted: r.Interrupted, OK: r.OK(),
		Poller: report.NewPoller(r.Poller),
	}
}
