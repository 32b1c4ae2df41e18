// Package report prints what was measured next to what was to be reached.
package report

import (
	"fmt"
	"io"
	"text/tabwriter"
)

// Report writes tables and counts what was missed.
type Report struct {
	out         io.Writer
	table       *tabwriter.Writer
	met, missed int
}

// New writes to out.
func New(out io.Writer) *Report { return &Report{out: out} }

// Section begins a table. The notes say how it was measured.
func (r *Report) Section(title string, notes ...string) {
	r.flush()
	fmt.Fprintf(r.out, "\n## %s\n\n", title)
	for _, n := range notes {
		fmt.Fprintln(r.out, n)
	}
	if len(notes) > 0 {
		fmt.Fprintln(r.out)
	}
	r.table = tabwriter.NewWriter(r.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(r.table, "what\tmeasured\ttarget\tverdict")
}

// AtMost is a line with a target: value must not exceed bound. shown is the value
// as a reader wants it.
func (r *Report) AtMost(what, shown string, value, bound float64, unit string) {
	verdict := "ok"
	if value <= bound {
		r.met++
	} else {
		r.missed++
		verdict = "MISSED"
	}
	target := fmt.Sprintf("<= %.4g%s", bound, unit)
	fmt.Fprintf(r.table, "%s\t%s\t%s\t%s\n", what, shown, target, verdict)
}

// Info is a line without a target.
func (r *Report) Info(what, shown string) {
	fmt.Fprintf(r.table, "%s\t%s\t-\t-\n", what, shown)
}

// Fail is a line for what could not be measured; it counts as missed.
func (r *Report) Fail(what string, err error) {
	r.missed++
	fmt.Fprintf(r.table, "%s\tnot measured: %v\t\tMISSED\n", what, err)
}

// End prints the sum and returns how many targets were missed.
func (r *Report) End() int {
	r.flush()
	fmt.Fprintf(r.out, "\ntargets: %d met, %d MISSED\n", r.met, r.missed)
	return r.missed
}

func (r *Report) flush() {
	if r.table != nil {
		r.table.Flush()
		r.table = nil
	}
}
