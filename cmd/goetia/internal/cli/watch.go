package cli

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/goetia-go/goetia/cmd/goetia/internal/report"
	"github.com/goetia-go/goetia/cmd/goetia/internal/watch"
	"github.com/goetia-go/goetia/poll"
)

type watchCommand struct {
	Targets   []string      `arg:"" name:"target" help:"What to watch: tcp:HOST:PORT, listen:HOST:PORT, udp:HOST:PORT, unix:PATH, fd:N, pipe:NAME, timer:DURATION, signal:NAME, pid:N or file:PATH."`
	Listen    bool          `help:"Listen at tcp and unix targets, receive at udp ones and make pipes, instead of connecting."`
	Mode      pollMode      `default:"level" placeholder:"MODE" help:"How often a registration reports: level, oneshot, edge, edge-oneshot (${default})."`
	Interest  interest      `default:"r" placeholder:"LIST" help:"What to ask for: r(eadable), w(ritable), p(riority), separated by commas (${default})."`
	For       time.Duration `placeholder:"DURATION" help:"End after this time, such as 30s."`
	Count     int           `placeholder:"N" help:"End after this many readiness changes."`
	Mechanism mechanism     `placeholder:"NAME" help:"How to ask the kernel; see goetia doctor. The default is this system's best."`
	JSON      bool          `name:"json" help:"Print one JSON object per line."`
}

func (*watchCommand) Help() string {
	return `Prints a line for each readiness that the Poller reports: when, how long after the start, key, target, conditions, mechanism, and what was done about it. Data is read and thrown away, connections are accepted and watched in turn. Writable is reported once, except in edge mode.

Besides sockets it watches descriptors (fd, on Unix), pipes (a FIFO, or on Windows a named pipe), timers, signals (such as INT or USR1,HUP), the end of a process, and changes of a file or directory (on Linux, macOS and the BSDs). Mode and interest are for what can be read and written. A signal that is watched does not end the watch.

It ends at an interrupt (Ctrl-C), after --for or --count, or when every target is finished. The exit code is 1 if a connection could not be made.

Examples:

    goetia watch tcp:127.0.0.1:7007
    goetia watch listen:127.0.0.1:7007 --mode edge --interest r,w
    goetia watch unix:/tmp/s udp:127.0.0.1:7008 --listen --for 1m
    sleep 3 | goetia watch fd:0 --json
    goetia watch timer:1s signal:HUP pid:123 pipe:/tmp/fifo file:/tmp --for 1m

JSON: time, elapsed_seconds, event (opened, ready, failed), key, target, ready (list of conditions), mechanism, bytes, notes, done.`
}

// pollMode is a flag's value.
type pollMode poll.Mode

// UnmarshalText accepts the names that Mode's String returns.
func (m *pollMode) UnmarshalText(text []byte) error {
	for _, mode := range []poll.Mode{poll.Level, poll.Oneshot, poll.Edge, poll.EdgeOneshot} {
		if mode.String() == string(text) {
			*m = pollMode(mode)
			return nil
		}
	}
	return errors.New("want level, oneshot, edge or edge-oneshot")
}

// interest is a flag's value.
type interest poll.Interest

// UnmarshalText accepts letters and full names.
func (in *interest) UnmarshalText(text []byte) error {
	*in = 0
	for word := range strings.SplitSeq(string(text), ",") {
		switch strings.TrimSpace(word) {
		case "r", "readable":
			*in |= poll.Readable
		case "w", "writable":
			*in |= poll.Writable
		case "p", "priority":
			*in |= poll.Priority
		default:
			return errors.New("want some of r, w and p, separated by commas")
		}
	}
	return nil
}

// Validate is called by kong after parsing.
func (c *watchCommand) Validate() error {
	switch {
	case c.For < 0:
		return errors.New("--for: want a duration above zero")
	case c.Count < 0:
		return errors.New("--count: want a number above zero")
	}
	return nil
}

func (c *watchCommand) Run(e *env) error {
	o := watch.Options{
		Mechanism: poll.Mechanism(c.Mechanism), Mode: poll.Mode(c.Mode), Interest: poll.Interest(c.Interest),
		For: c.For, Count: c.Count,
	}
	width := 0
	for _, text := range c.Targets {
		t, err := watch.Parse(e.ctx, text, c.Listen)
		if err != nil {
			return badTarget(err)
		}
		o.Targets = append(o.Targets, t)
		width = max(width, len(text))
		if t.Kind == watch.Listener {
			width = max(width, len("peer:127.0.0.1:65535"))
		}
	}
	if c.JSON {
		o.Tell = func(ch *watch.Change) error { return report.Line(e.stdout, changeJSON(ch)) }
	} else {
		o.Tell = func(ch *watch.Change) error {
			_, err := fmt.Fprintln(e.stdout, changeLine(ch, width))
			return err
		}
	}
	ctx, stop := watch.Listening(e.ctx, o.Targets)
	defer stop()
	err := watch.Watch(ctx, o)
	if errors.Is(err, watch.ErrImpossible) {
		return usage(err)
	}
	return err
}

// microTime is RFC 3339 with microseconds.
const microTime = "2006-01-02T15:04:05.000000Z07:00"

// flagsWidth holds what is usual, "readable|read-closed"; longer ones stand out.
const flagsWidth = 20

func changeLine(c *watch.Change, width int) string {
	flags := c.Ready.String()
	if c.Event != watch.Ready {
		flags = "-"
	}
	return strings.TrimRight(fmt.Sprintf("%s %+.6fs #%d %-*s %-*s %s  %s",
		c.Time.Format(microTime), c.Elapsed.Seconds(), c.Key, width, c.Target,
		flagsWidth, flags, c.Mechanism, strings.Join(c.Notes, ", ")), " ")
}

// change is a line with --json.
type change struct {
	Time      string         `json:"time"`
	Elapsed   float64        `json:"elapsed_seconds"`
	Event     string         `json:"event"`
	Key       poll.Key       `json:"key"`
	Target    string         `json:"target"`
	Ready     []string       `json:"ready"`
	Mechanism poll.Mechanism `json:"mechanism"`
	Bytes     int            `json:"bytes"`
	Notes     []string       `json:"notes"`
	Done      bool           `json:"done"`
}

func changeJSON(c *watch.Change) change {
	return change{
		Time: c.Time.Format(microTime), Elapsed: report.Seconds(c.Elapsed), Event: c.Event,
		Key: c.Key, Target: c.Target, Ready: c.Flags(), Mechanism: c.Mechanism,
		Bytes: c.Bytes, Notes: append([]string{}, c.Notes...), Done: c.Done,
	}
}
