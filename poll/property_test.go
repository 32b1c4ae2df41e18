package poll

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestModel runs random operations against a map of registrations, over sources
// that behave and over a mechanism that does not.
func TestModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := &drawn{t: t, left: rapid.IntRange(0, 200).Draw(t, "steps")}
		plan := rapid.SampledFrom(plans).Draw(t, "plan")
		plan.Seed = rapid.Uint64().Draw(t, "seed")
		m := newModel(c, plan, rapid.SampledFrom(configs).Draw(t, "config"))
		if err := m.run(); err != nil {
			t.Fatalf("%v\nafter:\n%s\nfaults: %v", err, strings.Join(m.log, "\n"), m.wild.Faults())
		}
	})
}

// drawn chooses as rapid draws, so that rapid can shrink.
type drawn struct {
	t    *rapid.T
	left int
}

func (d *drawn) more() bool       { d.left--; return d.left >= 0 }
func (d *drawn) choose(n int) int { return rapid.IntRange(0, n-1).Draw(d.t, "choice") }

// TestModelSeesFaults: the plans do what they are for. A model that passes
// because nothing went wrong would show nothing.
func TestModelSeesFaults(t *testing.T) {
	stale := uint64(0)
	for seed := range uint64(20) {
		plan := plans[3]
		plan.Seed = seed
		c := &encoded{data: []byte(strings.Repeat("\x00\x01\x00\x00\x00\x00\x00\x06\x00\x00\x00\x00\x08\x07", 50))}
		m := newModel(c, plan, configs[0])
		if err := m.run(); err != nil {
			t.Fatalf("seed %d: %v\nafter:\n%s", seed, err, strings.Join(m.log, "\n"))
		}
		stale += m.p.Stats().Stale
	}
	if stale == 0 {
		t.Error("twenty runs over a misbehaving mechanism dropped no event")
	}
}
