package socknotify_test

import (
	"testing"
	"time"

	"github.com/goetia-go/goetia/internal/backend"
	"github.com/goetia-go/goetia/internal/backend/sim"
	"github.com/goetia-go/goetia/internal/backend/socknotify"
	"github.com/goetia-go/goetia/internal/backend/socknotify/socknotifytest"
)

// world is a kernel of simulated sources and what is registered of them.
type world struct {
	sim.Kernel
	host socknotifytest.Host
}

func (w *world) port(q socknotifytest.Quirk, foreign func(h uintptr) bool) *socknotifytest.Port {
	return socknotifytest.New(socknotifytest.World{
		Host: &w.host, Quirks: q, Foreign: foreign,
		Edge: w.Open(sim.Config{}), Level: w.Open(sim.Config{}),
		File: func(h uintptr) any {
			if s := w.Lookup(h); s != nil {
				return s
			}
			return nil
		},
	})
}

var config = socknotify.Config{Wide: ^uintptr(0)>>32 != 0, Edge: true, KeepsKey: true}

func (w *world) open(t *testing.T, q socknotifytest.Quirk) (*socknotify.Poll, *socknotifytest.Port) {
	k := w.port(q, nil)
	c := config
	c.KeepsKey = q&socknotifytest.Overwrite == 0
	p := socknotify.New(k, c)
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
		if n := k.Registered(); n != 0 {
			t.Errorf("%d sockets are registered after Close", n)
		}
	})
	return p, k
}

// everyQuirk goes through what the manual leaves open, alone and together.
var everyQuirk = map[string]socknotifytest.Quirk{
	"none": 0, "late": socknotifytest.Late, "late, revive": socknotifytest.Late | socknotifytest.Revive,
	"outlive": socknotifytest.Outlive, "survive": socknotifytest.Survive, "sticky": socknotifytest.Sticky, "first decides": socknotifytest.FirstDecides,
	"all": socknotifytest.Late | socknotifytest.Revive | socknotifytest.Survive | socknotifytest.Sticky | socknotifytest.FirstDecides,
}

// events makes Waits until one reports nothing and is not owed anything more.
func events(t *testing.T, p *socknotify.Poll) (all []backend.Event) {
	t.Helper()
	buf := make([]backend.Event, 4)
	for quiet := 0; quiet < 3; {
		n, err := p.Wait(buf, 0)
		if err != nil {
			t.Fatal(err)
		}
		if quiet++; n > 0 {
			quiet = 0
		}
		if all = append(all, buf[:n]...); len(all) > 1000 {
			t.Fatalf("no end of events: %+v", all[:20])
		}
	}
	return all
}

func index(i int, generation uint32) backend.Token {
	return backend.MakeToken(uint32(i), generation)
}

const moment = time.Millisecond
