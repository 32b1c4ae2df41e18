package poll

import (
	"errors"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/goetia-go/goetia/internal/backend"
	"github.com/goetia-go/goetia/internal/backend/faulty"
)

func TestReadinessString(t *testing.T) {
	for _, c := range []struct {
		r    Readiness
		want string
	}{
		{0, "none"},
		{Readable, "readable"},
		{Readable | Writable | Priority, "readable|writable|priority"},
		{ReadClosed | HangUp | Error, "read-closed|hang-up|error"},
		{ConnectFailed | Closed, "connect-failed|closed"},
		{0xff, "readable|writable|priority|read-closed|hang-up|error|connect-failed|closed"},
	} {
		if got := c.r.String(); got != c.want {
			t.Errorf("Readiness(%#x) is %q, want %q", uint8(c.r), got, c.want)
		}
	}
	if got := Interest(Readable | Priority).String(); got != "readable|priority" {
		t.Errorf("Interest is %q", got)
	}
	if got := Interest(0).String(); got != "none" {
		t.Errorf("the empty Interest is %q", got)
	}
}

func TestReadinessHas(t *testing.T) {
	r := Readiness(Readable | HangUp)
	if !r.Has(Readable) || !r.Has(Readable|HangUp) || r.Has(Readable|Writable) || !r.Has(0) {
		t.Error("Has is to want all")
	}
	if !r.Any(Readable|Writable) || r.Any(Writable|Error) || r.Any(0) {
		t.Error("Any is to want one")
	}
}

func TestModeString(t *testing.T) {
	for m, want := range map[Mode]string{
		Oneshot: "oneshot", Level: "level", Edge: "edge", EdgeOneshot: "edge-oneshot", 77: "unknown",
	} {
		if got := m.String(); got != want {
			t.Errorf("Mode(%d) is %q, want %q", m, got, want)
		}
	}
}

// TestVocabulary: the public conditions have the contract's values, so that
// they can be converted without a table.
func TestVocabulary(t *testing.T) {
	for public, contract := range map[Readiness]backend.Readiness{
		Readable: backend.ReadyReadable, Writable: backend.ReadyWritable, Priority: backend.ReadyPriority,
		ReadClosed: backend.ReadyReadClosed, HangUp: backend.ReadyHangUp, Error: backend.ReadyError,
		ConnectFailed: backend.ReadyConnectFailed, Closed: backend.ReadyClosed,
	} {
		if backend.Readiness(public) != contract {
			t.Errorf("%v is %#x, and %#x in the contract", public, uint8(public), uint8(contract))
		}
	}
	for public, contract := range map[Interest]backend.Interest{
		Readable: backend.Readable, Writable: backend.Writable, Priority: backend.Priority,
	} {
		if backend.Interest(public) != contract {
			t.Errorf("interest %v is %#x, and %#x in the contract", public, uint8(public), uint8(contract))
		}
	}
}

func TestUnknownMechanism(t *testing.T) {
	p, err := New(WithMechanism("carrier pigeon"))
	if !errors.Is(err, ErrUnsupported) {
		t.Fatalf("New: %v, %v", p, err)
	}
	for _, want := range append(Mechanisms(), "carrier pigeon") {
		if !strings.Contains(err.Error(), string(want)) {
			t.Errorf("the error does not name %s: %v", want, err)
		}
	}
}

// TestChosenMechanism: an explicit choice is honoured and never replaced.
func TestChosenMechanism(t *testing.T) {
	each(t, func(t *testing.T, p *Poller) {
		if want := Mechanism(t.Name()[strings.LastIndex(t.Name(), "/")+1:]); p.Mechanism() != want {
			t.Errorf("the mechanism is %s, want %s", p.Mechanism(), want)
		}
		f := p.Features()
		if !f.Supports(Oneshot) || f.Interests&Readable == 0 || f.Interests&Writable == 0 {
			t.Errorf("every mechanism has oneshot mode, readable and writable; this one: %+v", f)
		}
		f.Modes[0] = 77
		if p.Features().Modes[0] == 77 {
			t.Error("Features can be changed through what it returned")
		}
	})
}

// TestMechanisms: the candidates in their order, where there are several.
func TestMechanisms(t *testing.T) {
	want, ok := map[string][]Mechanism{
		"linux":   {Epoll, IOUring, Poll},
		"windows": {AFD, SockNotify, WSAPoll},
	}[runtime.GOOS]
	if got := Mechanisms(); ok && !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestAutomaticMechanism(t *testing.T) {
	p, err := New()
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if forced != "" {
		if p.Mechanism() != forced {
			t.Errorf("got %s, and %s is forced", p.Mechanism(), forced)
		}
		return
	}
	if want := Mechanisms()[0]; p.Mechanism() != want {
		t.Logf("%s is best on this system, and cannot be had here: %s instead", want, p.Mechanism())
	}
}

// TestInvalid: arguments out of range are refused before the mechanism hears of
// them.
func TestInvalid(t *testing.T) {
	p, k, _ := overSim(t, faulty.Plan{})
	src := FD(k.NewSource().Handle())
	for _, in := range []Interest{HangUp, ReadClosed | Readable, 0xff} {
		if err := p.Add(src, 1, in, Oneshot); !errors.Is(err, ErrInvalid) {
			t.Errorf("Add with interest %v: %v", in, err)
		}
		if err := p.Modify(src, 1, in, Oneshot); !errors.Is(err, ErrInvalid) {
			t.Errorf("Modify with interest %v: %v", in, err)
		}
	}
	if err := p.Add(src, 1, Readable, 4); !errors.Is(err, ErrInvalid) {
		t.Errorf("Add with mode 4: %v", err)
	}
	for _, timeout := range []time.Duration{-1, 0, time.Hour} {
		if n, err := p.Wait(nil, timeout); n != 0 || !errors.Is(err, ErrInvalid) {
			t.Errorf("Wait without room, timeout %v: %d, %v", timeout, n, err)
		}
	}
	if n := p.Stats().Kernel.Changes; n != 0 {
		t.Errorf("the mechanism was asked %d times", n)
	}
}

// TestErrorTexts: an error names the call and the source.
func TestErrorTexts(t *testing.T) {
	p, k, _ := overSim(t, faulty.Plan{})
	src := FD(k.NewSource().Handle())
	for call, err := range map[string]error{
		"modify": p.Modify(src, 1, Readable, Oneshot),
		"delete": p.Delete(src),
		"add":    p.Add(FD(99), 1, Readable, Oneshot),
	} {
		if err == nil || !strings.HasPrefix(err.Error(), "poll: "+call+" of descriptor ") {
			t.Errorf("%s: %v", call, err)
		}
	}
}

func TestStats(t *testing.T) {
	p, k, _ := overSim(t, faulty.Plan{})
	a, b := k.NewSource(), k.NewSource()
	a.SetReadable(true)
	b.SetReadable(true)
	for i, s := range []uintptr{a.Handle(), b.Handle()} {
		if err := p.Add(FD(s), Key(i), Readable, Oneshot); err != nil {
			t.Fatal(err)
		}
	}
	mustWait(t, p, Event{0, Readable}, Event{1, Readable})
	if err := p.Delete(FD(b.Handle())); err != nil {
		t.Fatal(err)
	}
	s := p.Stats()
	if s.Sources != 1 || s.Batches != 1 || s.Events != 2 || s.Stale != 0 || s.Kernel.Changes != 3 || s.Kernel.Completions != 2 {
		t.Errorf("%+v", s)
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	if after := p.Stats(); after.Events != 2 || after.Sources != 0 {
		t.Errorf("after Close: %+v", after)
	}
}
