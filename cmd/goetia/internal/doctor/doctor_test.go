package doctor

import (
	"context"
	"errors"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/goetia-go/goetia/poll"
)

func TestExamine(t *testing.T) {
	r := Examine(t.Context())
	if r.Refusal != nil || r.Default != poll.Mechanisms()[0] || !r.OK() {
		t.Errorf("default is %q, refused by %v, OK %v", r.Default, r.Refusal, r.OK())
	}
	if len(r.Mechanisms) != len(poll.Mechanisms()) {
		t.Errorf("%d mechanisms examined of %d", len(r.Mechanisms), len(poll.Mechanisms()))
	}
	for _, m := range r.Mechanisms {
		if !m.Available() {
			continue // the running kernel may not have it
		}
		if !m.OK() || len(m.Checks) != len(checks) {
			t.Errorf("%s: %+v", m.Name, m.Checks)
		}
		for _, c := range m.Checks {
			if strings.HasPrefix(c.Detail, "none: ") && !slices.Contains(m.Features.Extras, c.Name) {
				continue
			}
			if c.Rounds < 1 || c.P50 > c.P99 || c.P99 > c.Max || c.P50 < 0 {
				t.Errorf("%s: the figures of %s are %+v", m.Name, c.Name, c)
			}
		}
		if len(m.Features.Modes) == 0 || m.Features.Interests == 0 {
			t.Errorf("%s has no features", m.Name)
		}
	}
}

func TestExamineOne(t *testing.T) {
	last := poll.Mechanisms()[len(poll.Mechanisms())-1]
	r := Examine(t.Context(), last)
	if len(r.Mechanisms) != 1 || r.Mechanisms[0].Name != last {
		t.Errorf("asked for %s, got %+v", last, r.Mechanisms)
	}
}

func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if r := Examine(ctx); len(r.Mechanisms) != 0 || r.OK() {
		t.Errorf("examined %+v after an interrupt", r.Mechanisms)
	}
}

func TestOK(t *testing.T) {
	bad := errors.New("bad")
	good := Mechanism{Name: "a", Steps: []poll.Step{{}}, Checks: []Check{{}}}
	for _, c := range []struct {
		name string
		r    Report
		want bool
	}{
		{"nothing", Report{}, false},
		{"the default works", Report{Default: "a", Mechanisms: []Mechanism{good, {Name: "b"}}}, true},
		{"another works", Report{Default: "b", Mechanisms: []Mechanism{good, {Name: "b"}}}, false},
		{"the only one works", Report{Default: "b", Mechanisms: []Mechanism{good}}, true},
		{"an optional step fails", Report{Default: "a", Mechanisms: []Mechanism{
			{Name: "a", Steps: []poll.Step{{Err: bad, Optional: true}}, Checks: []Check{{}}},
		}}, true},
		{"a step fails", Report{Default: "a", Mechanisms: []Mechanism{
			{Name: "a", Steps: []poll.Step{{Err: bad}}, Checks: []Check{{}}},
		}}, false},
		{"a check fails", Report{Default: "a", Mechanisms: []Mechanism{
			{Name: "a", Steps: []poll.Step{{}}, Checks: []Check{{}, {Err: bad}}},
		}}, false},
		{"no check was made", Report{Default: "a", Mechanisms: []Mechanism{{Name: "a", Steps: []poll.Step{{}}}}}, false},
	} {
		if got := c.r.OK(); got != c.want {
			t.Errorf("%s: OK is %v", c.name, got)
		}
	}
}

// A fault shows in the check that meets it.
func TestFaultsAreFound(t *testing.T) {
	p, err := poll.New()
	if err != nil {
		t.Fatal(err)
	}
	b, err := newBench(p)
	if err != nil {
		t.Fatal(err)
	}
	defer b.close()
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	for _, c := range checks {
		if c.name == "peer close" || c.name == "close" {
			continue // these end the connection
		}
		if r := c.run(b); !errors.Is(r.Err, poll.ErrClosed) {
			t.Errorf("%s on a closed Poller: %v", c.name, r.Err)
		}
	}
}

func TestPairIsConnected(t *testing.T) {
	near, far, err := pair()
	if err != nil {
		t.Fatal(err)
	}
	defer near.Close()
	defer far.Close()
	for _, c := range []net.Conn{near, far} {
		if err := c.SetDeadline(time.Now().Add(patience)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := far.Write([]byte{1}); err != nil {
		t.Fatal(err)
	}
	if err := (&bench{near: near}).take(); err != nil {
		t.Error(err)
	}
}

// The checks do as well on a socket that package net does not know.
func TestBareSocket(t *testing.T) {
	p, err := poll.New()
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{p: p, events: make([]poll.Event, 8)}
	if err := b.bare(); err != nil {
		t.Fatal(err)
	}
	defer b.close()
	for _, c := range checks {
		if r := c.run(b); r.Err != nil {
			t.Fatalf("%s: %v", c.name, r.Err)
		}
	}
	if err := b.take(); err == nil {
		t.Error("read what is not there")
	}
}

// A mechanism that is to be asked for and cannot be had is no fault of the system.
func TestMissingMechanismIsNoFault(t *testing.T) {
	missing := Mechanism{Name: "asked-for", Steps: []poll.Step{{Name: "system call", Err: errors.ErrUnsupported}}}
	good := Mechanism{Name: "a", Steps: []poll.Step{{}}, Checks: []Check{{}}}
	r := Report{Default: "a", Mechanisms: []Mechanism{good, missing}}
	if !r.OK() || missing.Available() {
		t.Errorf("OK %t, available %t", r.OK(), missing.Available())
	}
}
