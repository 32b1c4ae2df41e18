package faulty

import (
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/goetia-go/goetia/internal/backend"
)

// Backend misbehaves according to a plan.
type Backend struct {
	inner backend.Backend
	plan  Plan

	// mu guards the rest.
	mu     sync.Mutex
	rng    *rand.Rand
	counts map[Call]int
	held   []held
	faults []Fault
}

// held is an event that comes later.
type held struct {
	ev  backend.Event
	due int // the number of the Wait
}

var (
	_ backend.Backend = (*Backend)(nil)
	_ backend.Counter = (*Backend)(nil)
)

// Wrap makes b misbehave.
func Wrap(b backend.Backend, plan Plan) *Backend {
	return &Backend{
		inner:  b,
		plan:   plan,
		rng:    rand.New(rand.NewPCG(plan.Seed, 0x676f65746961)),
		counts: make(map[Call]int),
	}
}

// Faults is what was done so far.
func (b *Backend) Faults() []Fault {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.faults)
}

// Count is how often a kind of fault was done.
func (b *Backend) Count(k Kind) int {
	n := 0
	for _, f := range b.Faults() {
		if f.Kind == k {
			n++
		}
	}
	return n
}

// begin counts a call and returns its error, if it is to fail.
func (b *Backend) begin(c Call) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.counts[c]++
	for _, f := range b.plan.Fail {
		if f.Call == c && f.Nth == b.counts[c] {
			b.record(Failed, c, backend.Event{})
			return f.Err
		}
	}
	return nil
}

func (b *Backend) record(k Kind, c Call, ev backend.Event) {
	b.faults = append(b.faults, Fault{Kind: k, Call: c, Nth: b.counts[c], Event: ev})
}

func (b *Backend) chance(p float64) bool { return p > 0 && b.rng.Float64() < p }

// Add implements backend.Backend.
func (b *Backend) Add(h uintptr, tok, old backend.Token, in backend.Interest, mode backend.Mode) error {
	if err := b.begin(Add); err != nil {
		return err
	}
	return b.inner.Add(h, tok, old, in, mode)
}

// Modify implements backend.Backend.
func (b *Backend) Modify(h uintptr, tok backend.Token, in backend.Interest, mode backend.Mode) error {
	if err := b.begin(Modify); err != nil {
		return err
	}
	return b.inner.Modify(h, tok, in, mode)
}

// Delete implements backend.Backend. A Delete that is to fail does its work and
// then says that it has not: the caller has forgotten the source either way.
func (b *Backend) Delete(h uintptr, tok backend.Token) error {
	failure := b.begin(Delete)
	if err := b.inner.Delete(h, tok); err != nil {
		return err
	}
	return failure
}

// Notify implements backend.Backend.
func (b *Backend) Notify() error {
	if err := b.begin(Notify); err != nil {
		return err
	}
	return b.inner.Notify()
}

// Wait implements backend.Backend.
func (b *Backend) Wait(events []backend.Event, timeout time.Duration) (int, error) {
	if err := b.begin(Wait); err != nil {
		return 0, err
	}
	n, early, holding := b.before(events)
	if early {
		return 0, nil
	}
	if n == len(events) {
		return n, nil
	}
	switch {
	case n > 0:
		timeout = 0
	case holding && (timeout < 0 || timeout > time.Millisecond):
		// What is held must come out although nothing else happens.
		timeout = time.Millisecond
	}
	late := n
	fresh, err := b.inner.Wait(events[n:], timeout)
	if err != nil {
		return n, err
	}
	return b.after(events, late, late+fresh), nil
}

// before fills in what was held and is due.
func (b *Backend) before(events []backend.Event) (n int, early, holding bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.chance(b.plan.Early) {
		b.record(Early, Wait, backend.Event{})
		return 0, true, false
	}
	b.held = slices.DeleteFunc(b.held, func(h held) bool {
		if h.due > b.counts[Wait] || n == len(events) || slices.ContainsFunc(events[:n], sameToken(h.ev)) {
			return false
		}
		events[n] = h.ev
		n++
		return true
	})
	return n, false, len(b.held) > 0
}

func sameToken(ev backend.Event) func(backend.Event) bool {
	return func(other backend.Event) bool { return other.Token == ev.Token }
}

// after spoils events[late:n], which are fresh, and returns how many there are
// then.
func (b *Backend) after(events []backend.Event, late, n int) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	kept := late
	var extra []backend.Event
	for _, ev := range events[late:n] {
		if slices.ContainsFunc(events[:late], sameToken(ev)) || b.chance(b.plan.Delay) {
			b.hold(Delayed, ev)
			continue
		}
		if b.chance(b.plan.Duplicate) {
			b.hold(Duplicated, ev)
		}
		if b.chance(b.plan.Stale) {
			extra = append(extra, b.stale(ev))
		}
		if b.chance(b.plan.Unasked) && ev.Ready != backend.ReadyClosed {
			ev.Ready |= backend.Readiness(1 + b.rng.IntN(15)) // not the unasked kinds
			b.record(Unasked, Wait, ev)
		}
		events[kept] = ev
		kept++
	}
	if b.chance(b.plan.Unknown) {
		ev := backend.Event{
			Token: backend.Token(b.rng.Uint64() | 1<<31), // far beyond any table
			Ready: backend.Readiness(b.rng.IntN(256)),
		}
		b.record(Unknown, Wait, ev)
		extra = append(extra, ev)
	}
	for _, ev := range extra {
		if kept == len(events) {
			break
		}
		// Anywhere among the others.
		at := b.rng.IntN(kept + 1)
		copy(events[at+1:kept+1], events[at:kept])
		events[at] = ev
		kept++
	}
	return kept
}

func (b *Backend) hold(k Kind, ev backend.Event) {
	b.record(k, Wait, ev)
	b.held = append(b.held, held{ev, b.counts[Wait] + 1 + b.rng.IntN(3)})
}

// stale is ev with another generation; the conditions are any.
func (b *Backend) stale(ev backend.Event) backend.Event {
	by := uint32(1 + b.rng.IntN(3))
	if b.rng.IntN(2) == 0 {
		by = -by
	}
	ev.Token = backend.MakeToken(ev.Token.Index(), ev.Token.Generation()+by)
	ev.Ready = backend.Readiness(1 + b.rng.IntN(255))
	b.record(Stale, Wait, ev)
	return ev
}

// Features implements backend.Backend.
func (b *Backend) Features() backend.Features { return b.inner.Features() }

// Counters implements backend.Counter; they are zero if the backend counts
// nothing.
func (b *Backend) Counters() backend.Counters {
	if c, ok := b.inner.(backend.Counter); ok {
		return c.Counters()
	}
	return backend.Counters{}
}

// Close implements backend.Backend.
func (b *Backend) Close() error { return b.inner.Close() }
