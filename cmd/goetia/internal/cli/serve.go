package cli

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/goetia-go/goetia/cmd/goetia/internal/report"
	"github.com/goetia-go/goetia/cmd/goetia/internal/webserve"
)

type serveCommand struct {
	HTTP   string        `name:"http" required:"" placeholder:"HOST:PORT" help:"Address to listen on; port 0 takes a free one."`
	TLS    bool          `name:"tls" help:"Serve HTTPS and HTTP/2, with a certificate that is made up and that nobody vouches for."`
	Park   bool          `default:"true" negatable:"" help:"Park idle connections (--park=false to compare)."`
	Linger time.Duration `placeholder:"DURATION" help:"How long an idle connection keeps its goroutine at least; the default is 100ms."`
	For    time.Duration `placeholder:"DURATION" help:"Stop after this time, such as 30s; without it, at an interrupt (Ctrl-C) or SIGTERM."`
	JSON   bool          `name:"json" help:"Print two lines of JSON: one when listening, one with the counts."`
	Dir    string        `arg:"" optional:"" default:"." help:"The folder whose files are served."`
}

func (*serveCommand) Help() string {
	return `Serves the files of a folder over HTTP/1.1 and parks idle connections: they cost neither a goroutine nor buffers. The page at ` + webserve.DebugPath + ` shows what is parked. The first line says where it listens; the counts follow at the end.

Whoever can reach the address can read the folder and the page.

Examples:

    goetia serve --http 127.0.0.1:8080 docs
    goetia serve --http 127.0.0.1:0 --tls
    goetia serve --http 127.0.0.1:8080 --park=false

With --json the first line has "listening", "url", "parking" and "page", the second has the counts of the listener.`
}

// Validate is called by kong after parsing.
func (c *serveCommand) Validate() error {
	if c.For < 0 {
		return errors.New("--for: want a duration above zero")
	}
	if c.Linger < 0 {
		return errors.New("--linger: want a duration above zero")
	}
	return nil
}

// serving is the first line with --json.
type serving struct {
	Listening string `json:"listening"`
	URL       string `json:"url"`
	Parking   bool   `json:"parking"`
	Page      string `json:"page"`
}

// served is the second line with --json.
type served struct {
	Parks        uint64 `json:"parks"`
	Resumes      uint64 `json:"resumes"`
	ClosedParked uint64 `json:"closed_while_parked"`
	Failed       uint64 `json:"failed"`
}

func (c *serveCommand) Run(e *env) error {
	addr, err := resolve(e.ctx, "tcp", c.HTTP)
	if err != nil {
		return err
	}
	if info, err := os.Stat(c.Dir); err != nil {
		return err
	} else if !info.IsDir() {
		return usage(fmt.Errorf("%s is not a folder", c.Dir))
	}
	s, err := webserve.Listen(addr.String(), webserve.Options{Dir: c.Dir, TLS: c.TLS, Park: c.Park, Linger: c.Linger, Log: e.stderr})
	if err != nil {
		return err
	}
	why := s.Parking()
	if c.JSON {
		err = report.Line(e.stdout, serving{s.Addr().String(), s.URL(), why == nil, s.URL() + webserve.DebugPath[1:]})
	} else {
		how := "idle connections are parked"
		if why != nil {
			how = why.Error()
		}
		_, err = fmt.Fprintf(e.stdout, "listening on %s\n%s\n%s (%s)\n", s.Addr(), s.URL(), s.URL()+webserve.DebugPath[1:], how)
	}
	ctx, stop := e.serving(c.For, err)
	defer stop()
	err = errors.Join(err, s.Serve(ctx))
	return errors.Join(err, c.report(e, s))
}

func (c *serveCommand) report(e *env, s *webserve.Server) error {
	n := s.Stats()
	if c.JSON {
		return report.Line(e.stdout, served{n.Parks, n.Resumes, n.ClosedParked(), n.Failed})
	}
	var rows report.Rows
	rows.Addf("parked", "%s, %s resumed, %s closed while parked", report.Plural(n.Parks, "time"), report.Number(n.Resumes), report.Number(n.ClosedParked()))
	return rows.Write(e.stdout, "")
}
