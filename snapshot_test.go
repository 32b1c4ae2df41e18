package goetia

import (
	"crypto/tls"
	"encoding/json"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/goetia-go/goetia/poll"
)

// handle is the descriptor of a connection.
func handle(t testing.TB, c *net.TCPConn) uintptr {
	t.Helper()
	return check[poll.Source](t)(poll.Conn(c)).Handle()
}

func TestSnapshot(t *testing.T) {
	r := open(t)
	a, b := tcp(t)
	x, _ := tcp(t)
	y, _ := tcp(t)
	hidden := newFired()
	w := check[*Watch](t)(r.AfterReadable(a, hidden.call))
	s := check[*Source](t)(r.RegisterConn(tls.Client(x, &tls.Config{MinVersion: tls.VersionTLS13})))
	begin := time.Now()
	v := check[*Watch](t)(s.Inline(poll.Readable, func(Readiness) {}))
	v.SetDeadline(begin.Add(time.Hour))
	check[*Source](t)(r.RegisterConn(check[*Observed](t)(Observe(y))))
	r.AfterFunc(time.Hour, func() {})
	write(t, b, "x")
	hidden.wait(t)
	if err := w.Rearm(); err != nil {
		t.Fatal(err)
	}
	hidden.wait(t)
	read(t, a, 1)
	if err := w.Rearm(); err != nil {
		t.Fatal(err)
	}

	snap := r.Snapshot(SnapshotOptions{Sites: true})
	if snap.Mechanism != r.Mechanism() || snap.Closed || snap.More || len(snap.Shards) != 1 {
		t.Errorf("%+v", snap)
	}
	if sh := snap.Shards[0]; sh.Sources != 3 || sh.Watches != 2 || sh.TimersSet != 2 {
		t.Errorf("%+v", sh)
	}
	found := make(map[uintptr]SourceState)
	for _, s := range snap.Sources {
		found[s.Handle] = s
	}
	if len(found) != 3 {
		t.Fatalf("%d sources", len(found))
	}
	plain, secure, seen := found[handle(t, a)], found[handle(t, x)], found[handle(t, y)]
	if plain.Kept || plain.Layers != "plain" || plain.Asked != "readable" || plain.Armed != 1 || plain.LastWake.IsZero() {
		t.Errorf("%+v", plain)
	}
	if age := snap.At.Sub(plain.LastWake); age < 0 || age > soon {
		t.Errorf("the last wake was %v ago", age)
	}
	if !secure.Kept || secure.Layers != "tls" || !secure.LastWake.IsZero() || len(secure.Watches) != 1 {
		t.Fatalf("%+v", secure)
	}
	got := secure.Watches[0]
	if got.Interest != "readable" || !got.Inline || !strings.Contains(got.Site, "snapshot_test.go:") {
		t.Errorf("%+v", got)
	}
	if off := got.Deadline.Sub(begin.Add(time.Hour)); off.Abs() > time.Minute {
		t.Errorf("the deadline is off by %v", off)
	}
	if seen.Layers != "observed" || seen.Asked != "none" || seen.Armed != 0 || seen.Watches != nil {
		t.Errorf("%+v", seen)
	}
	for _, s := range r.Snapshot(SnapshotOptions{}).Sources {
		for _, w := range s.Watches {
			if w.Site != "" {
				t.Errorf("the site was not asked for: %+v", w)
			}
		}
	}
}

// TestSnapshotIsBounded: what is listed has a limit, and Only looks at everything.
func TestSnapshotIsBounded(t *testing.T) {
	r := open(t, WithShards(3))
	var kept []*Source
	var last uintptr
	for range 10 {
		a, b := tcp(t)
		kept = append(kept, check[*Source](t)(r.RegisterConn(a)), check[*Source](t)(r.RegisterConn(b)))
		last = handle(t, b)
	}
	for limit, want := range map[int]int{1: 1, 19: 19, 20: 20, 21: 20, 0: 20, -1: 20} {
		snap := r.Snapshot(SnapshotOptions{MaxSources: limit})
		if len(snap.Sources) != want || snap.More != (want < 20) {
			t.Errorf("limit %d: %d sources, more: %t", limit, len(snap.Sources), snap.More)
		}
	}
	snap := r.Snapshot(SnapshotOptions{MaxSources: 1, Only: func(s SourceState) bool { return s.Handle == last }})
	if len(snap.Sources) != 1 || snap.Sources[0].Handle != last || snap.More {
		t.Errorf("%+v", snap)
	}
	// Which shards they are in is up to their numbers, but one of three has several of twenty.
	var in [3]int
	most := 0
	for _, s := range kept {
		i := slices.Index(r.shards, s.sh)
		if in[i]++; in[i] > in[most] {
			most = i
		}
	}
	snap = r.Snapshot(SnapshotOptions{MaxSources: 1, Only: func(s SourceState) bool { return s.Shard == most }})
	if len(snap.Sources) != 1 || !snap.More {
		t.Errorf("%+v", snap)
	}
	// Many watches of one.
	for range maxWatches + 5 {
		check[*Watch](t)(kept[0].AfterReadable(func(Readiness) {}))
	}
	snap = r.Snapshot(SnapshotOptions{Only: func(s SourceState) bool { return s.Armed > 0 }})
	if len(snap.Sources) != 1 || snap.Sources[0].Armed != maxWatches+5 || len(snap.Sources[0].Watches) != maxWatches {
		t.Errorf("%+v", snap.Sources)
	}
}

// TestSnapshotInParts: a shard with more than a part is seen whole. The slots are made
// by hand, since descriptors are few.
func TestSnapshotInParts(t *testing.T) {
	sh := &shard{soft: nil}
	const n = 2*part + part/2
	for i := range n {
		s := &Source{sh: sh}
		if i%3 == 0 {
			s = nil
		}
		sh.slots = append(sh.slots, s)
	}
	for limit, want := range map[int]int{n: n - (n+2)/3, part: part, part + 1: part + 1, 10: 10} {
		l := lister{limit: limit}
		l.list(sh, 0)
		if len(l.snap.Sources) != want || l.snap.More != (limit < n) {
			t.Errorf("limit %d: %d sources, want %d, more: %t", limit, len(l.snap.Sources), want, l.snap.More)
		}
	}
}

// mute is a connection without a descriptor that is never ready.
type mute struct{ net.Conn }

func (mute) NotifyReady(Interest, func(Readiness)) func() bool { return func() bool { return true } }

func TestSnapshotWithoutDescriptor(t *testing.T) {
	r := open(t, WithMechanism(""), WithSimulation())
	for range 2 {
		check[*Watch](t)(r.AfterReadable(mute{}, func(Readiness) {}))
	}
	snap := r.Snapshot(SnapshotOptions{})
	if len(snap.Sources) != 2 || snap.Shards[0].Watches != 2 || snap.Mechanism != "simulated" {
		t.Fatalf("%+v", snap)
	}
	for _, s := range snap.Sources {
		if s.Layers != "notifier" || s.Handle != 0 || s.Armed != 1 {
			t.Errorf("%+v", s)
		}
	}
}

func TestSnapshotOfClosed(t *testing.T) {
	r := check[*Reactor](t)(New(WithBackground()))
	a, _ := tcp(t)
	c := newFired()
	check[*Watch](t)(r.AfterReadable(a, c.call))
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	c.wait(t)
	snap := r.Snapshot(SnapshotOptions{})
	if !snap.Closed || len(snap.Sources) != 0 || snap.Shards[0].Watches != 0 {
		t.Errorf("%+v", snap)
	}
	text, err := json.Marshal(snap)
	if err != nil || !strings.Contains(string(text), `"sources":[]`) {
		t.Errorf("%s %v", text, err)
	}
}

// TestSnapshotMeanwhile: it may be taken while anything happens.
func TestSnapshotMeanwhile(t *testing.T) {
	r := open(t, WithShards(2))
	var all sync.WaitGroup
	done := make(chan struct{})
	for range 2 {
		all.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
					r.Snapshot(SnapshotOptions{Sites: true})
				}
			}
		})
	}
	for range 20 {
		a, b := tcp(t)
		c := newFired()
		w := check[*Watch](t)(r.AfterReadable(a, c.call))
		w.SetTimeout(time.Hour)
		write(t, b, "x")
		c.wait(t)
		if err := w.Rearm(); err != nil {
			t.Fatal(err)
		}
		c.wait(t)
		a.Close()
	}
	close(done)
	all.Wait()
}

func TestLayerNames(t *testing.T) {
	for kinds, want := range map[layerKinds]string{0: "plain", tlsLayer: "tls", bufferedTLS: "bufferer+tls"} {
		if got := kinds.String(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

const bufferedTLS = buffererLayer | tlsLayer
