package faulty_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/goetia-go/goetia/internal/backend"
	"github.com/goetia-go/goetia/internal/backend/faulty"
)

// script is a backend that reports one event in every Wait.
type script struct {
	backend.Backend
	calls []string
}

var ready = backend.Event{Token: backend.MakeToken(5, 9), Ready: backend.ReadyReadable}

func (s *script) Add(uintptr, backend.Token, backend.Token, backend.Interest, backend.Mode) error {
	s.calls = append(s.calls, "Add")
	return nil
}

func (s *script) Delete(uintptr, backend.Token) error {
	s.calls = append(s.calls, "Delete")
	return nil
}

func (s *script) Wait(events []backend.Event, _ time.Duration) (int, error) {
	s.calls = append(s.calls, "Wait")
	events[0] = ready
	return 1, nil
}

func TestFailures(t *testing.T) {
	errFault := errors.New("planned")
	s := new(script)
	b := faulty.Wrap(s, faulty.Plan{Fail: []faulty.Failure{
		{Call: faulty.Add, Nth: 2, Err: errFault},
		{Call: faulty.Wait, Nth: 1, Err: errFault},
		{Call: faulty.Delete, Nth: 1, Err: errFault},
	}})
	add := func() error { return b.Add(1, 1, 0, 0, 0) }
	for i, want := range []error{nil, errFault, nil} {
		if err := add(); err != want {
			t.Errorf("Add %d: %v, want %v", i+1, err, want)
		}
	}
	events := make([]backend.Event, 4)
	if n, err := b.Wait(events, -1); n != 0 || err != errFault {
		t.Errorf("first Wait: %d, %v", n, err)
	}
	if n, err := b.Wait(events, -1); n != 1 || err != nil || events[0] != ready {
		t.Errorf("second Wait: %v, %v", events[:n], err)
	}
	if err := b.Delete(1, 1); err != errFault {
		t.Errorf("Delete: %v", err)
	}
	want := []string{"Add", "Add", "Wait", "Delete"}
	if !slices.Equal(s.calls, want) {
		t.Errorf("the backend saw %v, want %v", s.calls, want)
	}
	if n := b.Count(faulty.Failed); n != 3 {
		t.Errorf("%d failures recorded: %v", n, b.Faults())
	}
}

// TestEachKind: with a chance of 1 each kind happens, and shows.
func TestEachKind(t *testing.T) {
	look := func(plan faulty.Plan, waits int) (*faulty.Backend, [][]backend.Event) {
		b := faulty.Wrap(new(script), plan)
		var got [][]backend.Event
		for range waits {
			events := make([]backend.Event, 8)
			n, err := b.Wait(events, 0)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, events[:n])
		}
		return b, got
	}
	if b, got := look(faulty.Plan{Early: 1}, 1); len(got[0]) != 0 || b.Count(faulty.Early) != 1 {
		t.Errorf("early: %v", got)
	}
	if b, got := look(faulty.Plan{Unknown: 1}, 1); len(got[0]) != 2 || b.Count(faulty.Unknown) != 1 {
		t.Errorf("unknown: %v", got)
	}
	b, got := look(faulty.Plan{Stale: 1}, 1)
	if len(got[0]) != 2 || b.Count(faulty.Stale) != 1 ||
		got[0][0].Token.Index() != got[0][1].Token.Index() || got[0][0].Token == got[0][1].Token {
		t.Errorf("stale: %v", got)
	}
	if b, got := look(faulty.Plan{Unasked: 1}, 1); got[0][0].Ready&ready.Ready == 0 || b.Count(faulty.Unasked) != 1 {
		t.Errorf("unasked: %v", got)
	}
	if b, got := look(faulty.Plan{Delay: 1}, 5); len(got[0]) != 0 || !slices.ContainsFunc(got, func(evs []backend.Event) bool { return len(evs) == 1 }) || b.Count(faulty.Delayed) == 0 {
		t.Errorf("delayed: %v", got)
	}
	b, got = look(faulty.Plan{Duplicate: 1}, 5)
	for _, evs := range got {
		if len(evs) != 1 {
			t.Errorf("duplicated: one token twice in a batch, or never: %v", got)
		}
	}
	if b.Count(faulty.Duplicated) == 0 {
		t.Errorf("duplicated: %v", b.Faults())
	}
}

// TestSeed: the same plan does the same.
func TestSeed(t *testing.T) {
	run := func(seed uint64) []faulty.Fault {
		b := faulty.Wrap(new(script), faulty.Plan{
			Seed: seed, Early: .1, Unknown: .2, Stale: .2, Unasked: .2, Delay: .2, Duplicate: .2,
		})
		events := make([]backend.Event, 4)
		for range 100 {
			if _, err := b.Wait(events, 0); err != nil {
				t.Fatal(err)
			}
		}
		return b.Faults()
	}
	a, b, c := run(1), run(1), run(2)
	if len(a) == 0 || !slices.Equal(a, b) {
		t.Errorf("seed 1 gave %d faults and then %d, not the same", len(a), len(b))
	}
	if slices.Equal(a, c) {
		t.Error("seeds 1 and 2 gave the same faults")
	}
	for _, f := range a {
		if f.String() == "" {
			t.Errorf("%#v has no text", f)
		}
	}
}
