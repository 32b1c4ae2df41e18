package cli

import (
	"fmt"
	"runtime"
	"strings"

	"github.com/goetia-go/goetia/cmd/goetia/internal/doctor"
	"github.com/goetia-go/goetia/cmd/goetia/internal/report"
	"github.com/goetia-go/goetia/poll"
)

type doctorCommand struct {
	Mechanism mechanism `placeholder:"NAME" help:"Examine this one only; the exit code is then about it."`
	JSON      bool      `name:"json" help:"Print one JSON object."`
}

func (*doctorCommand) Help() string {
	return `Opens each mechanism of this system, prints what it says of itself, and tests it on a TCP connection over the loopback interface: registering, the first readiness, the time from a write to the return of a sleeping Wait (200 rounds), notifications, timeouts, a peer that closes, closing under a Wait.

The exit code is 0 if the default mechanism works, and 1 if it does not.

Examples:

    goetia doctor
    goetia doctor --mechanism poll
    goetia doctor --json

JSON: os, arch, go, default, ok, mechanisms. Of each: name, default, available, ok, steps (name, ok, optional, error, detail), features (modes, interests, readiness, reports_close, forgets_closed, holds_open, exact_connect_failed, reports_unconnected, sockets_only, exclusive, linear, extras, resolution_us), checks (name, ok, error, detail, rounds, p50_us, p99_us, max_us).`
}

func (c *doctorCommand) Run(e *env) error {
	var names []poll.Mechanism
	if c.Mechanism != "" {
		names = append(names, poll.Mechanism(c.Mechanism))
	}
	r := doctor.Examine(e.ctx, names...)
	var err error
	if c.JSON {
		err = report.JSON(e.stdout, examinedJSON(r))
	} else {
		err = writeExamined(e, r)
	}
	switch {
	case err != nil:
		return err
	case r.OK():
		return nil
	case len(names) > 0:
		return fmt.Errorf("mechanism %s does not work", names[0])
	case r.Refusal != nil:
		return fmt.Errorf("no mechanism can be had: %w", r.Refusal)
	}
	return fmt.Errorf("the default mechanism %s does not work", r.Default)
}

func writeExamined(e *env, r *doctor.Report) error {
	def := "default mechanism " + string(r.Default)
	if r.Refusal != nil {
		def = "no default mechanism: " + oneLine(r.Refusal)
	}
	if _, err := fmt.Fprintf(e.stdout, "%s/%s, %s, %s\n", runtime.GOOS, runtime.GOARCH, runtime.Version(), def); err != nil {
		return err
	}
	for i := range r.Mechanisms {
		m := &r.Mechanisms[i]
		if _, err := fmt.Fprintf(e.stdout, "\n%s: %s\n", m.Name, verdict(m)); err != nil {
			return err
		}
		if err := section(e, "opening", stepRows(m)); err != nil {
			return err
		}
		if !m.Available() {
			continue
		}
		if err := section(e, "features", featureRows(m.Features)); err != nil {
			return err
		}
		if err := section(e, "self-test, in µs", checkRows(m)); err != nil {
			return err
		}
	}
	return nil
}

func section(e *env, title string, rows report.Rows) error {
	if _, err := fmt.Fprintf(e.stdout, "  %s\n", title); err != nil {
		return err
	}
	return rows.Write(e.stdout, "    ")
}

func verdict(m *doctor.Mechanism) string {
	switch {
	case !m.Available():
		return "not available"
	case !m.OK():
		return "FAILS its test"
	}
	return "works"
}

func stepRows(m *doctor.Mechanism) report.Rows {
	var rows report.Rows
	for _, s := range m.Steps {
		switch {
		case s.Err == nil:
			rows.Add(s.Name, "ok", s.Detail)
		case s.Optional:
			rows.Add(s.Name, "no", s.Detail+" ("+oneLine(s.Err)+")")
		default:
			rows.Add(s.Name, "FAILED", oneLine(s.Err))
		}
	}
	return rows
}

func featureRows(f poll.Features) report.Rows {
	var rows report.Rows
	rows.Add("modes", strings.Join(modeNames(f), ", "))
	rows.Add("interests", spaced(f.Interests.String()))
	rows.Add("readiness", spaced(f.Readiness.String()))
	if p := properties(f); len(p) > 0 {
		rows.Add("properties", strings.Join(p, ", "))
	}
	rows.Addf("extras", "%s", strings.Join(f.Extras, ", "))
	rows.Addf("resolution", "%v", f.Resolution)
	return rows
}

func checkRows(m *doctor.Mechanism) report.Rows {
	rows := report.Rows{{"", "", "median", "p99", "longest", "rounds", ""}}
	for _, c := range m.Checks {
		switch {
		case c.Err != nil:
			rows.Add(c.Name, "FAILED", "", "", "", "", oneLine(c.Err))
		case c.Rounds == 1:
			rows.Add(c.Name, "ok", report.Micros(c.P50), "", "", "1", c.Detail)
		default:
			rows.Add(c.Name, "ok", report.Micros(c.P50), report.Micros(c.P99), report.Micros(c.Max),
				report.Number(c.Rounds), c.Detail)
		}
	}
	return rows
}

func spaced(set string) string { return strings.ReplaceAll(set, "|", ", ") }

func modeNames(f poll.Features) []string {
	names := make([]string, len(f.Modes))
	for i, m := range f.Modes {
		names[i] = m.String()
	}
	return names
}

func properties(f poll.Features) []string {
	names := []string{}
	for _, p := range []struct {
		has  bool
		name string
	}{
		{f.ReportsClose, "reports close"},
		{f.ForgetsClosed, "forgets closed"},
		{f.HoldsOpen, "holds open"},
		{f.ExactConnectFailed, "exact connect-failed"},
		{f.ReportsUnconnected, "reports unconnected"},
		{f.SocketsOnly, "sockets only"},
		{f.Exclusive, "one Poller for a source"},
		{f.Linear, "linear"},
	} {
		if p.has {
			names = append(names, p.name)
		}
	}
	return names
}
