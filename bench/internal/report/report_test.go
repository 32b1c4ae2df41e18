package report_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/goetia-go/goetia/bench/internal/report"
)

func TestVerdicts(t *testing.T) {
	var out strings.Builder
	r := report.New(&out)
	r.Section("first", "measured so")
	r.AtMost("good", "1.1 x", 1.1, 1.1, " x")
	r.AtMost("bad", "1.11 x", 1.11, 1.1, " x")
	r.Info("aside", "42")
	r.Fail("broken", errors.New("no such luck"))
	if missed := r.End(); missed != 2 {
		t.Errorf("missed %d, want 2", missed)
	}
	for _, want := range []string{
		"## first", "measured so", "<= 1.1 x  ok", "<= 1.1 x  MISSED", "not measured: no such luck", "targets: 1 met, 2 MISSED",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in:\n%s", want, out.String())
		}
	}
}
