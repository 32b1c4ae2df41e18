package uring

import (
	"slices"
	"testing"

	"github.com/goetia-go/goetia/internal/backend"
)

// rig is a machine over a fake kernel, driven as Poll drives it.
type rig struct {
	*testing.T
	r *fakeRing
	m machine
}

func newRig(t *testing.T, room, places int) *rig {
	r := newFakeRing(room, places)
	return &rig{t, r, machine{ring: r, skips: true}}
}

func (g *rig) add(tok backend.Token, in backend.Interest, mode backend.Mode) {
	fd := int32(tok.Index())
	if _, open := g.r.state[fd]; !open {
		g.r.state[fd] = 0
	}
	g.m.arm(g.m.add(tok, fd, identity{}), in, mode)
}

// wait is a Wait that does not park.
func (g *rig) wait(room int) []backend.Event {
	g.Helper()
	events := make([]backend.Event, room)
	g.m.begin()
	n := 0
	for turns := 0; ; turns++ {
		settled := g.m.settled()
		if !settled {
			if _, err := g.m.submit(); err != nil {
				g.Fatal(err)
			}
		}
		n = g.m.collect(events, n)
		if n == room || settled && g.m.settled() {
			return events[:n]
		}
		if turns > 10_000 {
			g.Fatal("the machine asks without end")
		}
	}
}

func (g *rig) expect(room int, want ...backend.Event) {
	g.Helper()
	if got := g.wait(room); !slices.Equal(got, want) {
		g.Fatalf("got %v, want %v", got, want)
	}
}

func event(tok backend.Token, r backend.Readiness) backend.Event {
	return backend.Event{Token: tok, Ready: r}
}

const (
	readable = backend.ReadyReadable
	writable = backend.ReadyWritable
)

var tok0, tok1 = backend.MakeToken(0, 1), backend.MakeToken(1, 1)

// All that there is to ask goes in one call.
func TestOneCallForAll(t *testing.T) {
	g := newRig(t, 256, 256)
	for i := range uint32(100) {
		g.add(backend.MakeToken(i, 1), backend.Readable, backend.Oneshot)
	}
	g.expect(128)
	if g.m.enters != 1 {
		t.Errorf("a hundred registrations took %d calls", g.m.enters)
	}
	for i := range int32(100) {
		g.r.happen(i, pollIn)
	}
	if n := len(g.wait(128)); n != 100 || g.m.enters != 1 {
		t.Errorf("%d events, and %d calls in all", n, g.m.enters)
	}
	for i := range uint32(100) {
		g.m.arm(g.m.find(backend.MakeToken(i, 1)), backend.Readable, backend.Oneshot)
	}
	if n := len(g.wait(128)); n != 100 || g.m.enters != 2 {
		t.Errorf("armed again: %d events, and %d calls in all", n, g.m.enters)
	}
}

// More requests than the ring has room for go in several calls, more answers than it
// has places for come out all the same.
func TestSmallRings(t *testing.T) {
	for _, mode := range []backend.Mode{backend.Oneshot, backend.Level, backend.Edge} {
		g := newRig(t, 4, 2)
		for i := range uint32(50) {
			g.add(backend.MakeToken(i, 1), backend.Readable, mode)
			g.r.happen(int32(i), pollIn)
		}
		seen := map[backend.Token]int{}
		for range 50 {
			for _, ev := range g.wait(7) {
				seen[ev.Token]++
			}
		}
		if len(seen) != 50 {
			t.Errorf("mode %d: %d of 50 were reported", mode, len(seen))
		}
		for tok, n := range seen {
			if mode == backend.Oneshot && n != 1 || mode == backend.Level && (n < 6 || n > 8) {
				t.Errorf("mode %d: %x was reported %d times", mode, tok, n)
			}
		}
	}
}

// A ring that takes nothing before answers are fetched loses nothing.
func TestStuck(t *testing.T) {
	g := newRig(t, 4, 4)
	g.add(tok0, backend.Readable, backend.Oneshot)
	g.r.happen(0, pollIn)
	g.r.busy = 1
	g.expect(1, event(tok0, readable))
	g.m.arm(g.m.find(tok0), backend.Readable, backend.Oneshot)
	g.r.busy = 1
	if err := g.m.flush(); err != nil {
		t.Fatal(err)
	}
	if g.m.asked() {
		t.Error("nothing is left to ask for")
	}
	g.expect(1, event(tok0, readable))
}

// When a thread ends, the kernel cancels what it had asked for.
func TestThreadEnds(t *testing.T) {
	for _, mode := range []backend.Mode{backend.Oneshot, backend.Level, backend.Edge} {
		g := newRig(t, 8, 8)
		g.add(tok0, backend.Readable, mode)
		g.expect(2)
		g.r.threadEnds(1)
		g.expect(2)
		g.r.happen(0, pollIn)
		g.expect(2, event(tok0, readable))
	}
}

// The peer's end of sending, which nobody asked for, keeps no loop busy, and what was
// asked for is still reported.
func TestDeaf(t *testing.T) {
	for _, mode := range []backend.Mode{backend.Oneshot, backend.EdgeOneshot, backend.Level} {
		g := newRig(t, 8, 8)
		g.add(tok0, backend.Writable, mode)
		g.r.happen(0, pollRdHup)
		g.expect(2)
		before := g.m.enters
		g.expect(2)
		if g.m.enters != before {
			t.Errorf("mode %d: a quiet source costs calls", mode)
		}
		g.r.happen(0, pollRdHup|pollOut)
		g.expect(2, event(tok0, writable))
		g.r.happen(0, pollRdHup)
		g.expect(2)
		if mode == backend.Level {
			g.r.happen(0, pollRdHup|pollOut)
			g.expect(2, event(tok0, writable))
			g.expect(2, event(tok0, writable))
		}
		if n := g.r.held(0); mode.IsOneshot() && n != 0 {
			t.Errorf("mode %d: disarmed, and the kernel holds %d polls", mode, n)
		}
	}
}

// The kernel holds nothing of what was deleted, and its late answers are dropped.
func TestForget(t *testing.T) {
	g := newRig(t, 8, 8)
	g.add(tok0, backend.Readable, backend.Oneshot)
	if g.m.forget(g.m.find(tok0)) {
		t.Error("held before it was asked for")
	}
	g.expect(1)
	g.add(tok0, backend.Readable, backend.Oneshot)
	g.expect(1)
	g.r.happen(0, pollIn) // the answer is on its way
	if !g.m.forget(g.m.find(tok0)) {
		t.Error("not held though asked for")
	}
	again := backend.MakeToken(0, 2)
	g.r.happen(0, 0)
	g.add(again, backend.Readable, backend.Oneshot)
	g.expect(2)
	g.r.happen(0, pollIn)
	g.expect(2, event(again, readable))
	if g.m.outstanding != 0 || g.r.skipped != 0 {
		t.Errorf("%d polls outstanding, %d removed", g.m.outstanding, g.r.skipped)
	}
	g.add(again, backend.Readable, backend.Edge)
	g.expect(2, event(again, readable))
	g.m.forget(g.m.find(again))
	g.expect(2)
	if g.r.skipped != 1 {
		t.Errorf("%d removals went without an answer, want 1", g.r.skipped)
	}
}

// A number that was closed before the kernel was asked ends the registration.
func TestClosedBeforeAsked(t *testing.T) {
	g := newRig(t, 8, 8)
	g.add(tok0, backend.Readable, backend.Level)
	delete(g.r.state, 0)
	g.expect(1)
	if g.m.find(tok0) != nil {
		t.Error("still registered")
	}
}

// Answers of one source that are fetched together make one event.
func TestMerge(t *testing.T) {
	g := newRig(t, 8, 8)
	g.add(tok0, backend.Readable|backend.Writable, backend.Edge)
	g.add(tok1, backend.Readable, backend.Edge)
	g.expect(2)
	g.r.happen(0, pollIn)
	g.r.happen(1, pollIn)
	g.r.happen(0, pollOut)
	g.expect(1, event(tok0, readable))
	g.expect(1, event(tok1, readable))
	g.expect(1, event(tok0, writable)) // its answer came behind the other source's
	g.r.happen(0, pollIn)
	g.r.happen(0, pollOut)
	g.expect(1, event(tok0, readable|writable))
}

// Level sources take turns where there is room for few.
func TestLevelTakesTurns(t *testing.T) {
	g := newRig(t, 8, 8)
	for i := range uint32(6) {
		g.add(backend.MakeToken(i, 1), backend.Readable, backend.Level)
		g.r.happen(int32(i), pollIn)
	}
	seen := map[backend.Token]int{}
	for range 30 {
		for _, ev := range g.wait(2) {
			seen[ev.Token]++
		}
	}
	for tok, n := range seen {
		if n != 10 {
			t.Errorf("%x was reported %d times of 60", tok, n)
		}
	}
}

// FuzzMachine: whatever happens, in whatever order, no event is stale, the kernel
// holds one poll for each armed source that is not ready, and none for others.
func FuzzMachine(f *testing.F) {
	f.Add([]byte{0x00, 0x20, 0x63, 0x40, 0x81, 0xa0, 0xc0, 0xe0})
	f.Add([]byte("a poll is added, answered, removed, cancelled, and asked for again"))
	f.Fuzz(func(t *testing.T, script []byte) {
		const n = 4
		g := newRig(t, 3, 5)
		var generation [n]uint32
		var armed [n]backend.Interest
		var modes [n]backend.Mode
		live := func(i int) backend.Token { return backend.MakeToken(uint32(i), generation[i]) }
		wait := func(room int) {
			seen := map[backend.Token]bool{}
			for _, ev := range g.wait(room) {
				i := int(ev.Token.Index())
				if seen[ev.Token] || ev.Token != live(i) || armed[i] == 0 || ev.Ready == 0 || ev.Ready.Mask(armed[i]) != ev.Ready {
					t.Fatalf("stale event %+v; armed %v", ev, armed)
				}
				seen[ev.Token] = true
				if modes[i].IsOneshot() {
					armed[i] = 0
				}
			}
		}
		for _, b := range script {
			i, arg := int(b%n), b/n%8
			e := g.m.find(live(i))
			switch b >> 5 {
			case 0:
				if e == nil {
					generation[i]++
					armed[i], modes[i] = backend.Interest(arg%4), backend.Mode(arg%backend.ModeCount)
					g.add(live(i), armed[i], modes[i])
				}
			case 1:
				if e != nil {
					armed[i], modes[i] = backend.Interest(arg%4), backend.Mode(arg/2)
					g.m.arm(e, armed[i], modes[i])
				}
			case 2:
				if e != nil {
					g.m.forget(e)
					armed[i] = 0
				}
			case 3:
				g.r.happen(int32(i), []uint32{0, pollIn, pollOut, pollRdHup, pollRdHup | pollIn, pollHup, pollIn | pollOut, pollErr}[arg])
			case 4:
				wait(1 + int(arg))
			case 5:
				if err := g.m.flush(); err != nil {
					t.Fatal(err)
				}
			case 6:
				g.r.threadEnds(1 + int(arg))
			case 7:
				g.r.busy = int(arg)
			}
		}
		for i := range int32(n) {
			g.r.happen(i, 0)
		}
		for range 2 * n { // whatever is on its way
			wait(n)
		}
		want := int64(0)
		for i := range n {
			polls := g.r.held(int32(i))
			switch {
			case armed[i] != 0 && polls != 1, armed[i] == 0 && polls != 0:
				t.Fatalf("source %d, armed for %v: the kernel holds %d polls", i, armed[i], polls)
			}
			want += int64(polls)
		}
		if g.m.outstanding != want {
			t.Fatalf("%d outstanding, and the kernel holds %d", g.m.outstanding, want)
		}
		for i := range n {
			if armed[i] == 0 {
				continue
			}
			g.r.happen(int32(i), pollIn|pollOut)
			if got := g.wait(n); len(got) == 0 || got[0].Token != live(i) {
				t.Fatalf("source %d became ready and %v was reported", i, got)
			}
			g.r.happen(int32(i), 0)
			wait(n)
			wait(n)
		}
	})
}
