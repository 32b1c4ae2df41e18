package poll

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/goetia-go/goetia/internal/backend"
	"github.com/goetia-go/goetia/internal/backend/sim"
)

// TestExplicit: a mechanism that wants to be asked for is listed, and taken by those who
// ask for it only.
func TestExplicit(t *testing.T) {
	var k sim.Kernel
	broken := errors.New("out of order")
	tried := map[Mechanism]int{}
	entry := func(name Mechanism, explicit bool, err error) candidate {
		return candidate{name: name, explicit: explicit, open: func() (backend.Backend, error) {
			tried[name]++
			if err != nil {
				return nil, err
			}
			return k.Open(sim.Config{}), nil
		}}
	}
	all := []candidate{entry("first", false, broken), entry("asked-for", true, nil), entry("last", false, nil)}
	if got := names(all); !slices.Equal(got, []Mechanism{"first", "asked-for", "last"}) {
		t.Errorf("listed are %v", got)
	}
	if name, _, err := open(all, ""); name != "last" || err != nil || tried["asked-for"] != 0 {
		t.Errorf("New took %q, %v, and tried %v", name, err, tried)
	}
	if name, b, err := open(all, "asked-for"); name != "asked-for" || b == nil || err != nil {
		t.Errorf("asked for: %q, %v", name, err)
	}
	tried["asked-for"] = 0
	_, _, err := open(all[:2], "")
	if !errors.Is(err, broken) || !strings.Contains(err.Error(), "asked-for: only by explicit choice") || tried["asked-for"] != 0 {
		t.Errorf("nothing else can be had: %v, and tried were %v", err, tried)
	}
	if _, _, err := open(all, "unheard-of"); !errors.Is(err, ErrUnsupported) || !strings.Contains(err.Error(), "asked-for") {
		t.Errorf("unknown: %v", err)
	}
}
