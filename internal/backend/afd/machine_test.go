package afd

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/goetia-go/goetia/internal/backend"
	"github.com/goetia-go/goetia/internal/sys/afd"
)

// rig is a machine on a simulated driver.
type rig struct {
	*machine
	d *driver
	t testing.TB
}

func newRig(t testing.TB, with ...func(*driver)) *rig {
	d := newDriver(t)
	for _, f := range with {
		f(d)
	}
	r := &rig{newMachine(d), d, t}
	t.Cleanup(func() {
		d.release()
		if err := r.machine.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
		if n := r.Counters().Outstanding; n != 0 {
			t.Errorf("%d polls outstanding after Close", n)
		}
	})
	return r
}

func tok(i, gen uint32) backend.Token { return backend.MakeToken(i, gen) }

func (r *rig) add(h uintptr, tk backend.Token, in backend.Interest, mode backend.Mode) {
	r.t.Helper()
	if err := r.Add(h, tk, 0, in, mode); err != nil {
		r.t.Fatalf("add %d: %v", h, err)
	}
}

// now returns what a Wait of a few turns without blocking reports.
func (r *rig) now() []backend.Event {
	r.t.Helper()
	var all []backend.Event
	for range 3 {
		var events [16]backend.Event
		n, err := r.Wait(events[:], 0)
		if err != nil {
			r.t.Fatalf("wait: %v", err)
		}
		all = append(all, events[:n]...)
		if n > 0 {
			return all
		}
	}
	return all
}

func (r *rig) expect(what string, want ...backend.Event) {
	r.t.Helper()
	got := r.now()
	if len(got) != len(want) {
		r.t.Fatalf("%s: got %v, want %v", what, got, want)
	}
	for i := range got {
		if got[i] != want[i] {
			r.t.Fatalf("%s: got %v, want %v", what, got, want)
		}
	}
}

const (
	rd = backend.Readable
	wr = backend.Writable
)

var (
	readable = backend.ReadyReadable
	writable = backend.ReadyWritable
)

func TestOneshotReportsOncePerArming(t *testing.T) {
	for _, inline := range []bool{true, false} {
		r := newRig(t, func(d *driver) { d.inline = inline })
		e := r.d.open(4)
		r.d.set(e, afd.PollReceive)
		r.add(4, tok(0, 1), rd, backend.Oneshot)
		r.expect("armed by Add", backend.Event{Token: tok(0, 1), Ready: readable})
		before := r.d.submits
		r.expect("disarmed")
		if r.d.submits != before {
			t.Errorf("a disarmed oneshot was polled for")
		}
		if err := r.Modify(4, tok(0, 1), rd, backend.Oneshot); err != nil {
			t.Fatal(err)
		}
		r.expect("armed by Modify", backend.Event{Token: tok(0, 1), Ready: readable})
	}
}

func TestLevelRepeatsWithOneSubmitEach(t *testing.T) {
	r := newRig(t)
	e := r.d.open(4)
	r.add(4, tok(0, 1), rd, backend.Level)
	r.expect("quiet")
	r.d.set(e, afd.PollReceive)
	before := r.d.submits
	const rounds = 10
	for range rounds {
		r.expect("ready", backend.Event{Token: tok(0, 1), Ready: readable})
	}
	if got := r.d.submits - before; got > rounds {
		t.Errorf("%d submits for %d events", got, rounds)
	}
	r.d.set(e, 0)
	r.expect("quiet again")
}

func TestModifyLeavesACoveringPollAlone(t *testing.T) {
	r := newRig(t)
	r.d.open(4)
	r.add(4, tok(0, 1), rd|wr, backend.Oneshot)
	before := r.d.submits
	for range 5 {
		if err := r.Modify(4, tok(0, 1), rd, backend.Oneshot); err != nil {
			t.Fatal(err)
		}
		r.expect("nothing")
	}
	if c := r.Counters(); r.d.submits != before || c.Cancels != 0 {
		t.Errorf("%d submits, %d cancels for an interest that was covered", r.d.submits-before, c.Cancels)
	}
}

func TestModifiesBetweenWaitsCostOneSubmit(t *testing.T) {
	r := newRig(t)
	e := r.d.open(4)
	r.d.set(e, afd.PollReceive|afd.PollSend)
	r.add(4, tok(0, 1), rd, backend.Oneshot)
	r.expect("first", backend.Event{Token: tok(0, 1), Ready: readable})
	before := r.d.submits
	for _, in := range []backend.Interest{rd, wr, rd | wr, rd, wr} {
		if err := r.Modify(4, tok(0, 1), in, backend.Oneshot); err != nil {
			t.Fatal(err)
		}
	}
	r.expect("only the last interest", backend.Event{Token: tok(0, 1), Ready: writable})
	if got := r.d.submits - before; got != 1 {
		t.Errorf("%d submits for five modifications", got)
	}
}

// A widened interest needs a new poll; the old one's packet may claim success.
func TestLateSuccessAfterCancelIsNotBelieved(t *testing.T) {
	r := newRig(t, func(d *driver) { d.lateSuccess = true })
	e := r.d.open(4)
	r.add(4, tok(0, 1), rd, backend.Oneshot)
	if err := r.Modify(4, tok(0, 1), rd|wr, backend.Oneshot); err != nil {
		t.Fatal(err)
	}
	r.expect("the cancelled poll's lie")
	r.d.set(e, afd.PollSend)
	r.expect("the new poll", backend.Event{Token: tok(0, 1), Ready: writable})
}

// A packet that was queued before Modify speaks of the time before it.
func TestPacketFromBeforeModifyIsCheckedAgain(t *testing.T) {
	r := newRig(t)
	e := r.d.open(4)
	r.add(4, tok(0, 1), rd, backend.Oneshot)
	r.d.set(e, afd.PollReceive)
	r.d.set(e, 0) // somebody else has read it
	if err := r.Modify(4, tok(0, 1), rd, backend.Oneshot); err != nil {
		t.Fatal(err)
	}
	r.expect("already drained")
	r.d.set(e, afd.PollReceive)
	r.expect("new data", backend.Event{Token: tok(0, 1), Ready: readable})
}

// trio#52: of two polls of one socket Windows completes the wrong one.
func TestDeleteAndAddNeverHasTwoPollsOutstanding(t *testing.T) {
	r := newRig(t, func(d *driver) { d.mixUp, d.keepPackets = true, true })
	e := r.d.open(4)
	r.add(4, tok(0, 1), rd, backend.Oneshot)
	if err := r.Delete(4, tok(0, 1)); err != nil {
		t.Fatal(err)
	}
	r.add(4, tok(0, 2), wr, backend.Oneshot)
	r.expect("the old packet has not come")
	r.d.release()
	r.expect("it has, and the new poll is submitted")
	r.d.set(e, afd.PollSend|afd.PollReceive)
	r.expect("right token, right condition", backend.Event{Token: tok(0, 2), Ready: writable})
	if r.d.busies != 0 {
		t.Errorf("%d submits while another poll was outstanding", r.d.busies)
	}
}

func TestDeletedSuccessorIsForgotten(t *testing.T) {
	r := newRig(t, func(d *driver) { d.keepPackets = true })
	r.d.open(4)
	r.add(4, tok(0, 1), rd, backend.Oneshot)
	for gen := uint32(2); gen < 6; gen++ {
		if err := r.Delete(4, tok(0, gen-1)); err != nil {
			t.Fatal(err)
		}
		r.add(4, tok(0, gen), rd, backend.Oneshot)
	}
	r.d.release()
	r.expect("nothing")
	if n := r.Counters().Outstanding; n != 1 {
		t.Errorf("%d outstanding, want the last one", n)
	}
}

func TestCountZeroIsNoEventAndPolledAgain(t *testing.T) {
	r := newRig(t, func(d *driver) { d.zeroCount = 2 })
	e := r.d.open(4)
	r.add(4, tok(0, 1), rd, backend.Oneshot)
	r.d.set(e, afd.PollReceive)
	for range 3 {
		if got := r.now(); len(got) == 1 && got[0].Ready == readable {
			return
		} else if len(got) > 0 {
			t.Fatalf("got %v", got)
		}
	}
	t.Fatal("the readiness behind an empty completion was lost")
}

// Wine completes polls so when the device handle goes away.
func TestHandlesClosedIsNoEvent(t *testing.T) {
	r := newRig(t)
	e := r.d.open(4)
	r.add(4, tok(0, 1), rd, backend.Oneshot)
	r.d.mu.Lock()
	r.d.finish(e.polls[0], afd.StatusHandlesClosed, 0)
	e.polls = nil
	r.d.mu.Unlock()
	r.expect("nothing")
	if n := r.Counters().Outstanding; n != 0 {
		t.Errorf("%d outstanding", n)
	}
}

func TestSynchronousFailureOfAddLeavesNothing(t *testing.T) {
	for _, c := range []struct {
		status afd.Status
		want   error
	}{
		{afd.StatusInvalidHandle, backend.ErrBadDescriptor},
		{afd.StatusTypeMismatch, backend.ErrBadDescriptor},
		{0xC000009A, nil}, // insufficient resources
	} {
		r := newRig(t)
		e := r.d.open(4)
		r.d.refuse = &c.status
		err := r.Add(4, tok(0, 1), 0, rd, backend.Oneshot)
		if err == nil || c.want != nil && !errors.Is(err, c.want) {
			t.Errorf("%#x: got %v, want %v", c.status, err, c.want)
		}
		r.expect("no event of a refused registration")
		r.d.refuse = nil
		r.add(4, tok(0, 2), rd, backend.Oneshot)
		r.d.set(e, afd.PollReceive)
		r.expect("the machine is unharmed", backend.Event{Token: tok(0, 2), Ready: readable})
	}
}

func TestSynchronousFailureLaterIsReported(t *testing.T) {
	for _, c := range []struct {
		status afd.Status
		want   backend.Readiness
	}{
		{afd.StatusInvalidHandle, backend.ReadyClosed},
		{0xC000009A, backend.ReadyError | backend.ReadyHangUp | readable},
	} {
		r := newRig(t)
		e := r.d.open(4)
		r.d.set(e, afd.PollReceive)
		r.add(4, tok(0, 1), rd, backend.Oneshot)
		r.expect("ready", backend.Event{Token: tok(0, 1), Ready: readable})
		r.d.refuse = &c.status
		if err := r.Modify(4, tok(0, 1), rd, backend.Oneshot); err != nil {
			t.Fatal(err)
		}
		r.expect("refused", backend.Event{Token: tok(0, 1), Ready: c.want})
		r.expect("told once")
		r.d.refuse = nil
	}
}

func TestCancelThatFailsIsReported(t *testing.T) {
	odd := afd.Status(0xC00000BB)
	r := newRig(t)
	e := r.d.open(4)
	r.add(4, tok(0, 1), rd, backend.Oneshot)
	r.d.cancelStatus = &odd
	if err := r.Modify(4, tok(0, 1), wr, backend.Oneshot); err != nil {
		t.Fatal(err)
	}
	r.expect("the old poll stays, so the new interest cannot be served",
		backend.Event{Token: tok(0, 1), Ready: writable | backend.ReadyError | backend.ReadyHangUp})
	r.d.set(e, afd.PollReceive)
	r.expect("its packet decides nothing")
	r.d.cancelStatus = nil
}

func TestCloseIsReportedOnceAndEndsTheRegistration(t *testing.T) {
	r := newRig(t)
	r.d.open(4)
	r.add(4, tok(0, 1), rd, backend.Level)
	r.d.closeSocket(4)
	r.expect("closed", backend.Event{Token: tok(0, 1), Ready: backend.ReadyClosed})
	r.expect("once")
	if err := r.Modify(4, tok(0, 1), rd, backend.Level); !errors.Is(err, backend.ErrNotFound) {
		t.Errorf("modify after close: %v", err)
	}
	if err := r.Delete(4, tok(0, 1)); err != nil {
		t.Errorf("delete after close: %v", err)
	}
}

// wepoll#34: a LOCAL_CLOSE that is dequeued late must not end the registration
// of the next socket with the same number.
func TestLateLocalCloseAfterHandleReuse(t *testing.T) {
	r := newRig(t)
	r.d.open(4)
	r.add(4, tok(0, 1), rd, backend.Oneshot)
	r.d.closeSocket(4)
	e := r.d.open(4)
	// The Poller still has the number under its old token.
	if err := r.Add(4, tok(1, 1), tok(0, 1), rd, backend.Oneshot); err != nil {
		t.Fatalf("add of a reused number: %v", err)
	}
	r.expect("nothing of the old one")
	r.d.set(e, afd.PollReceive)
	r.expect("the new one", backend.Event{Token: tok(1, 1), Ready: readable})
}

// Wine queues the packet of a LOCAL_CLOSE some time after the socket was closed.
func TestLocalCloseAfterAddOfReusedNumber(t *testing.T) {
	for _, late := range []time.Duration{3 * time.Millisecond, 300 * time.Millisecond} {
		t.Run(late.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { addedBeforeLocalClose(t, late) })
		})
	}
}

func addedBeforeLocalClose(t *testing.T, late time.Duration) {
	r := newRig(t)
	r.d.open(4)
	r.add(4, tok(0, 1), rd, backend.Oneshot)
	r.d.keepPackets = true
	r.d.closeSocket(4)
	e := r.d.open(4)
	time.AfterFunc(late, r.d.release)
	if err := r.Add(4, tok(1, 1), tok(0, 1), rd, backend.Oneshot); err != nil {
		t.Fatalf("add of a reused number: %v", err)
	}
	r.expect("nothing of the old one")
	r.d.set(e, afd.PollReceive)
	r.expect("the new one", backend.Event{Token: tok(1, 1), Ready: readable})
}

// To add a socket again and again is refused each time, and the first registration stands.
func TestAddAgainAndAgain(t *testing.T) {
	r := newRig(t)
	e := r.d.open(4)
	r.add(4, tok(0, 1), rd, backend.Level)
	for i := range uint32(3) {
		if err := r.Add(4, tok(1+i, 1), tok(0, 1), rd, backend.Level); !errors.Is(err, backend.ErrExists) {
			t.Fatalf("duplicate: %v", err)
		}
	}
	r.expect("nothing is there")
	r.d.set(e, afd.PollReceive)
	r.expect("the first stands", backend.Event{Token: tok(0, 1), Ready: readable})
}

func TestAddWhileRegistered(t *testing.T) {
	r := newRig(t)
	e := r.d.open(4)
	r.add(4, tok(0, 1), rd, backend.Oneshot)
	if err := r.Add(4, tok(1, 1), tok(0, 1), rd, backend.Oneshot); !errors.Is(err, backend.ErrExists) {
		t.Fatalf("duplicate: %v", err)
	}
	r.d.set(e, afd.PollReceive)
	r.expect("the first stands", backend.Event{Token: tok(0, 1), Ready: readable})
	if err := r.Add(4, tok(1, 2), tok(0, 1), rd, backend.Oneshot); err != nil {
		t.Fatalf("a disarmed registration is replaced: %v", err)
	}
	r.expect("by the second", backend.Event{Token: tok(1, 2), Ready: readable})
}

func TestEmptyInterestIsSilent(t *testing.T) {
	r := newRig(t)
	e := r.d.open(4)
	r.d.set(e, afd.PollReceive|afd.PollAbort)
	r.add(4, tok(0, 1), 0, backend.Level)
	r.expect("nothing")
	if r.d.submits != 0 {
		t.Errorf("%d submits for no interest", r.d.submits)
	}
}

func TestGroupsAreBoundedAndReused(t *testing.T) {
	r := newRig(t)
	const n = 10 * groupSize
	for i := range uintptr(n) {
		r.d.open(4 * (i + 1))
		r.add(4*(i+1), tok(uint32(i), 1), rd, backend.Oneshot)
	}
	if got := len(r.d.devices); got != n/groupSize {
		t.Errorf("%d devices for %d sockets", got, n)
	}
	for i := range uintptr(n) {
		if err := r.Delete(4*(i+1), tok(uint32(i), 1)); err != nil {
			t.Fatal(err)
		}
	}
	r.expect("nothing")
	for r.Counters().Outstanding > 0 {
		r.now()
	}
	if got := len(r.d.devices); got != 1 {
		t.Errorf("%d devices left for no sockets, want the one in reserve", got)
	}
}

func TestDeletesWithoutWaitDoNotPileUp(t *testing.T) {
	r := newRig(t)
	const n = 20 * maxLimbo
	for i := range uintptr(n) {
		h := 4 * (i + 1)
		r.d.open(h)
		r.add(h, tok(0, uint32(i)+1), rd, backend.Oneshot)
		if err := r.Delete(h, tok(0, uint32(i)+1)); err != nil {
			t.Fatal(err)
		}
	}
	if got := r.Counters().Outstanding; got > maxLimbo+1 {
		t.Errorf("%d deleted polls were not taken in", got)
	}
}

func TestBatchSmallerThanReady(t *testing.T) {
	r := newRig(t)
	const n = 50
	for i := range uintptr(n) {
		e := r.d.open(4 * (i + 1))
		r.d.set(e, afd.PollReceive)
		r.add(4*(i+1), tok(uint32(i), 1), rd, backend.Level)
	}
	seen := map[backend.Token]int{}
	for range n {
		var events [3]backend.Event
		k, err := r.Wait(events[:], 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, ev := range events[:k] {
			seen[ev.Token]++
		}
	}
	if len(seen) != n {
		t.Errorf("%d of %d sources were served", len(seen), n)
	}
}

// Sources that are always ready must not starve one whose packet comes.
func TestBusyLevelSourcesDoNotStarveOthers(t *testing.T) {
	r := newRig(t)
	for i := range uintptr(8) {
		e := r.d.open(4 * (i + 1))
		r.d.set(e, afd.PollSend)
		r.add(4*(i+1), tok(uint32(i), 1), wr, backend.Level)
	}
	quiet := r.d.open(400)
	r.add(400, tok(100, 1), rd, backend.Oneshot)
	var events [4]backend.Event
	for range 3 {
		if _, err := r.Wait(events[:], 0); err != nil {
			t.Fatal(err)
		}
	}
	r.d.set(quiet, afd.PollReceive)
	for range 10 {
		n, err := r.Wait(events[:], 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, ev := range events[:n] {
			if ev.Token == tok(100, 1) {
				return
			}
		}
	}
	t.Fatal("starved")
}
