package poll

import (
	"errors"
	"testing"
)

func TestDiagnoseAgreesWithNew(t *testing.T) {
	for _, m := range Mechanisms() {
		p, err := newPatiently(m)
		if err == nil {
			if err := p.Close(); err != nil {
				t.Error(err)
			}
		}
		steps := diagnosePatiently(m)
		if len(steps) == 0 {
			t.Fatalf("%s: no steps", m)
		}
		for i, s := range steps {
			if s.Name == "" {
				t.Errorf("%s: step %d has no name", m, i)
			}
			if s.Err == nil || s.Optional {
				continue
			}
			if i != len(steps)-1 {
				t.Errorf("%s: went on after %q failed: %v", m, s.Name, s.Err)
			}
			if err == nil {
				t.Errorf("%s: %q failed, though a Poller can be opened: %v", m, s.Name, s.Err)
			}
		}
		if last := steps[len(steps)-1]; err == nil && last.Name != "first event" {
			t.Errorf("%s: ended with %q", m, last.Name)
		}
	}
}

func TestDiagnoseOfAnUnknownMechanism(t *testing.T) {
	steps := Diagnose("tea leaves")
	if len(steps) != 1 || !errors.Is(steps[0].Err, ErrUnsupported) {
		t.Errorf("got %+v", steps)
	}
}
