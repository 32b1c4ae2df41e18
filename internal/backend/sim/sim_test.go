package sim_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/goetia-go/goetia/internal/backend"
	"github.com/goetia-go/goetia/internal/backend/sim"
)

// The conformance suite runs over this package through the Poller, in package
// poll. Here is what is the simulation's own.

func token(i uint32) backend.Token { return backend.MakeToken(i, 1) }

func TestNumbersAreReused(t *testing.T) {
	var k sim.Kernel
	a, b := k.NewSource(), k.NewSource()
	if a.Handle() == 0 || a.Handle() == b.Handle() {
		t.Fatalf("numbers %d and %d", a.Handle(), b.Handle())
	}
	a.Close()
	a.Close()
	if c := k.NewSource(); c.Handle() != a.Handle() {
		t.Errorf("the new source has number %d, and %d is free", c.Handle(), a.Handle())
	}
}

func TestVirtualTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var k sim.Kernel
		p := k.Open(sim.Config{})
		s := k.NewSource()
		if err := p.Add(s.Handle(), token(0), 0, backend.Readable, backend.Oneshot); err != nil {
			t.Fatal(err)
		}
		events := make([]backend.Event, 4)
		start := time.Now()
		if n, err := p.Wait(events, time.Hour); n != 0 || err != nil {
			t.Fatalf("Wait: %d, %v", n, err)
		}
		if took := time.Since(start); took != time.Hour {
			t.Errorf("an hour took %v", took)
		}
		go func() {
			time.Sleep(time.Minute)
			s.SetReadable(true)
		}()
		n, err := p.Wait(events, -1)
		if n != 1 || err != nil || events[0] != (backend.Event{Token: token(0), Ready: backend.ReadyReadable}) {
			t.Fatalf("Wait: %v, %v", events[:n], err)
		}
		if took := time.Since(start); took != time.Hour+time.Minute {
			t.Errorf("reported after %v", took)
		}
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
}

func TestReplacedNumber(t *testing.T) {
	for _, reports := range []bool{false, true} {
		var k sim.Kernel
		p := k.Open(sim.Config{ReportsClose: reports})
		a := k.NewSource()
		a.SetReadable(true)
		if err := p.Add(a.Handle(), token(0), 0, backend.Readable, backend.Level); err != nil {
			t.Fatal(err)
		}
		if err := p.Add(a.Handle(), token(1), token(0), backend.Readable, backend.Level); !errors.Is(err, backend.ErrExists) {
			t.Fatalf("second Add: %v", err)
		}
		a.Close()
		b := k.NewSource()
		if err := p.Add(b.Handle(), token(1), token(0), backend.Readable, backend.Level); err != nil {
			t.Fatalf("Add of the new source: %v", err)
		}
		b.SetReadable(true)
		events := make([]backend.Event, 4)
		n, err := p.Wait(events, 0)
		if n != 1 || err != nil || events[0].Token != token(1) {
			t.Errorf("reports close %t: %v, %v", reports, events[:n], err)
		}
	}
}

func TestReportsClose(t *testing.T) {
	var k sim.Kernel
	p := k.Open(sim.Config{ReportsClose: true})
	a := k.NewSource()
	if err := p.Add(a.Handle(), token(0), 0, backend.Readable, backend.Edge); err != nil {
		t.Fatal(err)
	}
	a.Close()
	events := make([]backend.Event, 4)
	if n, _ := p.Wait(events, 0); n != 1 || events[0].Ready != backend.ReadyClosed {
		t.Errorf("got %v", events[:n])
	}
	if n, _ := p.Wait(events, 0); n != 0 {
		t.Errorf("then got %v", events[:n])
	}
}

func TestConditions(t *testing.T) {
	var k sim.Kernel
	p := k.Open(sim.Config{})
	for i, c := range []struct {
		name string
		set  func(*sim.Source)
		want backend.Readiness
	}{
		{"readable", func(s *sim.Source) { s.SetReadable(true) }, backend.ReadyReadable},
		{"not writable", func(s *sim.Source) { s.SetWritable(true) }, 0},
		{"priority", func(s *sim.Source) { s.SetPriority(true) }, backend.ReadyPriority},
		{"end of stream", (*sim.Source).EndStream, backend.ReadyReadable | backend.ReadyReadClosed},
		{"hang-up", (*sim.Source).HangUp, backend.ReadyReadable | backend.ReadyReadClosed | backend.ReadyHangUp},
		{"error", (*sim.Source).Fail, backend.ReadyReadable | backend.ReadyError},
		{"connect failed", (*sim.Source).FailConnect, backend.ReadyReadable | backend.ReadyError | backend.ReadyHangUp | backend.ReadyConnectFailed},
	} {
		s := k.NewSource()
		if err := p.Add(s.Handle(), token(uint32(i)), 0, backend.Readable|backend.Priority, backend.Oneshot); err != nil {
			t.Fatal(err)
		}
		c.set(s)
		var events [2]backend.Event
		n, err := p.Wait(events[:], 0)
		if err != nil {
			t.Fatal(err)
		}
		if c.want == 0 && n == 0 {
			continue
		}
		if n != 1 || events[0].Ready != c.want {
			t.Errorf("%s: got %v, want readiness %b", c.name, events[:n], c.want)
		}
	}
}

// TestBrokenContract: a caller that breaks the contract is told at once.
func TestBrokenContract(t *testing.T) {
	for name, act := range map[string]func(p *sim.Poll, h uintptr){
		"zero token":      func(p *sim.Poll, h uintptr) { p.Add(h, 0, 0, 0, 0) },
		"wake token":      func(p *sim.Poll, h uintptr) { p.Add(h, backend.WakeToken, 0, 0, 0) },
		"token in use":    func(p *sim.Poll, h uintptr) { p.Add(h, token(0), token(0), 0, 0) },
		"wrong old token": func(p *sim.Poll, h uintptr) { p.Add(h, token(1), 0, 0, 0) },
		"foreign modify":  func(p *sim.Poll, h uintptr) { p.Modify(h, token(7), 0, 0) },
		"foreign delete":  func(p *sim.Poll, h uintptr) { p.Delete(h, token(7)) },
		"no room":         func(p *sim.Poll, h uintptr) { p.Wait(nil, 0) },
		"closed twice":    func(p *sim.Poll, h uintptr) { p.Close(); p.Close() },
		"add after close": func(p *sim.Poll, h uintptr) { p.Close(); p.Add(h, token(1), 0, 0, 0) },
	} {
		t.Run(name, func(t *testing.T) {
			var k sim.Kernel
			p := k.Open(sim.Config{})
			s := k.NewSource()
			if err := p.Add(s.Handle(), token(0), 0, backend.Readable, backend.Oneshot); err != nil {
				t.Fatal(err)
			}
			defer func() {
				if recover() == nil {
					t.Error("nothing was said")
				}
			}()
			act(p, s.Handle())
		})
	}
}
