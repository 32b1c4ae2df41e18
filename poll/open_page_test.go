//go:build !plan9

package poll

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/goetia-go/goetia/internal/backend/evport"
	"github.com/goetia-go/goetia/internal/backend/kqueue"
	"github.com/goetia-go/goetia/internal/backend/socknotify"
)

var update = flag.Bool("update", false, "write what Features say into docs/backends.md")

const page = "../docs/backends.md"

// simulated are mechanisms whose features are known on every host.
var simulated = map[Mechanism]Features{
	Kqueue:    publicFeatures(kqueue.New(nil, kqueueConfigs["macos"]).Features(), "darwin"),
	EventPort: publicFeatures(evport.New(nil, evport.Config{RdHup: true}).Features(), "illumos"),
	SockNotify: publicFeatures(socknotify.New(nil, socknotify.Config{
		Wide: true, Edge: true, KeepsKey: true, Precise: true,
	}).Features(), "windows"),
}

// TestPageTellsFeatures compares the table of docs/backends.md with what the
// mechanisms say, those that can be opened here and those that are simulated. Run it
// with -update on each system to write their lines.
func TestPageTellsFeatures(t *testing.T) {
	raw, err := os.ReadFile(page)
	if errors.Is(err, os.ErrNotExist) {
		t.Skip("this test binary runs without its checkout")
	}
	if err != nil {
		t.Fatal(err)
	}
	text := string(raw)
	said := map[Mechanism]Features{}
	for m, f := range simulated {
		said[m] = f
	}
	for _, m := range testedMechanisms(t) {
		p, err := New(WithMechanism(m))
		if err != nil {
			t.Logf("%s: %v", m, err)
			continue
		}
		said[m] = p.Features()
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	}
	for m, f := range said {
		want := featureLine(m, f)
		line := regexp.MustCompile(`(?m)^\| ` + "`" + string(m) + "`" + ` \| oneshot.*$`)
		switch got := line.FindString(text); {
		case got == want:
		case got == "":
			t.Errorf("%s has no line for %s; it is\n%s", page, m, want)
		case *update:
			text = strings.Replace(text, got, want, 1)
		default:
			t.Errorf("%s says\n%s\nand the mechanism\n%s\n(go test ./poll -run Page -update)", page, got, want)
		}
	}
	if *update && text != string(raw) {
		if err := os.WriteFile(page, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// featureLine is a mechanism's line of the table.
func featureLine(m Mechanism, f Features) string {
	var modes []string
	for _, mode := range f.Modes {
		modes = append(modes, mode.String())
	}
	yes := func(b bool) string {
		if b {
			return "yes"
		}
		return "no"
	}
	sockets := yes(f.SocketsOnly)
	if f.Exclusive {
		sockets += ", each in one Poller"
	}
	cells := []string{
		"`" + string(m) + "`", strings.Join(modes, ", "),
		strings.ReplaceAll(f.Interests.String(), "|", ", "), strings.ReplaceAll(f.Readiness.String(), "|", ", "),
		yes(f.ReportsClose), yes(f.ForgetsClosed), yes(f.HoldsOpen), yes(f.ExactConnectFailed), yes(f.ReportsUnconnected),
		sockets, yes(f.Linear), fmt.Sprint(f.Resolution), strings.Join(f.Extras, ", "),
	}
	return "| " + strings.Join(cells, " | ") + " |"
}
