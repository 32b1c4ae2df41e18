package afd

import (
	"errors"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/goetia-go/goetia/internal/backend"
	"github.com/goetia-go/goetia/internal/sys/afd"
)

// A call that fetches packets by itself used to swallow a notification.
func TestNotificationSurvivesADuplicateAdd(t *testing.T) {
	r := newRig(t)
	r.d.open(4)
	r.add(4, tok(0, 1), rd, backend.Oneshot)
	if err := r.Notify(); err != nil {
		t.Fatal(err)
	}
	if err := r.Add(4, tok(1, 1), tok(0, 1), rd, backend.Oneshot); !errors.Is(err, backend.ErrExists) {
		t.Fatalf("duplicate: %v", err)
	}
	r.mustReturn()
}

func TestNotificationSurvivesManyDeletes(t *testing.T) {
	r := newRig(t)
	if err := r.Notify(); err != nil {
		t.Fatal(err)
	}
	for i := range uintptr(maxLimbo + 1) {
		h := 4 * (i + 1)
		r.d.open(h)
		r.add(h, tok(0, uint32(i)+1), rd, backend.Oneshot)
		if err := r.Delete(h, tok(0, uint32(i)+1)); err != nil {
			t.Fatal(err)
		}
	}
	r.mustReturn()
}

// mustReturn requires that a Wait without limit returns. If it does not, the
// test binary's own time limit says where it stands.
func (r *rig) mustReturn() {
	r.t.Helper()
	var events [1]backend.Event
	if n, err := r.Wait(events[:], -1); n != 0 || err != nil {
		r.t.Fatalf("wait: %d, %v", n, err)
	}
}

// An inline completion without a result has no packet either: a Wait that slept
// was not told to look again.
func TestEmptyInlineResultReachesASleepingWait(t *testing.T) {
	r := newRig(t)
	r.d.set(r.d.open(4), afd.PollReceive)
	got := r.waitOne()
	r.awaitInside()
	r.d.mu.Lock()
	r.d.zeroCount = 1
	r.d.mu.Unlock()
	r.add(4, tok(0, 1), rd, backend.Oneshot)
	if ev := <-got; ev.Token != tok(0, 1) {
		t.Errorf("got %+v", ev)
	}
}

// An Add that replaced a registration and then failed had lost both.
func TestFailedAddKeepsTheRegistrationItWouldReplace(t *testing.T) {
	r := newRig(t)
	r.d.set(r.d.open(4), afd.PollReceive)
	r.add(4, tok(0, 1), rd, backend.Level)
	ready := backend.Event{Token: tok(0, 1), Ready: readable}
	r.expect("ready", ready)
	refused := afd.Status(0xC000009A)
	r.d.refuse = &refused
	if err := r.Add(4, tok(1, 1), tok(0, 1), rd, backend.Level); err == nil {
		t.Fatal("no error")
	}
	r.d.refuse = nil
	r.expect("the old one stands", ready)
}

// runtime.Pinner ends the program if it is collected while it pins, which
// forgetting to close a Poller must not do.
func TestForgottenMachineDoesNotEndTheProgram(t *testing.T) {
	func() {
		d := newDriver(t)
		d.open(4)
		if err := newMachine(d).Add(4, tok(0, 1), 0, rd, backend.Oneshot); err != nil {
			t.Fatal(err)
		}
	}()
	// A finalizer of ours, queued behind the Pinner's, says that it would have run.
	done := make(chan struct{})
	func() {
		mark := new([64]byte)
		runtime.SetFinalizer(mark, func(*[64]byte) { close(done) })
	}()
	for {
		runtime.GC()
		select {
		case <-done:
			return
		default:
			runtime.Gosched()
		}
	}
}

// slow lets a test hold a Wait back after the port has given it packets.
type slow struct {
	*driver
	wakes       atomic.Int32
	first       atomic.Bool
	taken, held chan struct{}
}

func (s *slow) wake() error {
	s.wakes.Add(1)
	return s.driver.wake()
}

func (s *slow) dequeue(ids []uintptr, timeout time.Duration) (int, error) {
	n, err := s.driver.dequeue(ids, timeout)
	if timeout != 0 && s.first.CompareAndSwap(false, true) {
		close(s.taken)
		<-s.held
	}
	return n, err
}

// settle took a notification's packet for its own, believed that everything had
// been taken in, and called a reused number registered.
func TestReusedNumberWhileANotificationIsTakenIn(t *testing.T) {
	d := newDriver(t)
	s := &slow{driver: d, taken: make(chan struct{}), held: make(chan struct{})}
	m := newMachine(s)
	d.open(4)
	if err := m.Add(4, tok(0, 1), 0, rd, backend.Oneshot); err != nil {
		t.Fatal(err)
	}
	var stop atomic.Bool
	done := make(chan struct{})
	go func() {
		defer close(done)
		var events [4]backend.Event
		for !stop.Load() {
			if _, err := m.Wait(events[:], -1); err != nil {
				t.Errorf("wait: %v", err)
				return
			}
		}
	}()
	if err := m.Notify(); err != nil {
		t.Fatal(err)
	}
	<-s.taken // the Wait has the notification's packet, and nothing else
	d.closeSocket(4)
	d.open(4)
	added := make(chan error)
	go func() { added <- m.Add(4, tok(1, 1), tok(0, 1), rd, backend.Oneshot) }()
	for s.wakes.Load() < 2 {
		runtime.Gosched()
	}
	close(s.held)
	if err := <-added; err != nil {
		t.Errorf("add of a reused number: %v", err)
	}
	stop.Store(true)
	if err := m.Notify(); err != nil {
		t.Fatal(err)
	}
	<-done
	if err := m.Close(); err != nil {
		t.Error(err)
	}
}

// Handles of groups that became empty in the middle of the list stayed open.
func TestEmptyGroupsCloseInAnyOrder(t *testing.T) {
	r := newRig(t)
	const n = 10
	for i := range uintptr(n * groupSize) {
		r.d.open(4 * (i + 1))
		r.add(4*(i+1), tok(uint32(i), 1), rd, backend.Oneshot)
	}
	remove := func(i int) {
		if err := r.Delete(4*(uintptr(i)+1), tok(uint32(i), 1)); err != nil {
			t.Fatal(err)
		}
		r.expect("nothing")
	}
	for k := range n {
		remove(k * groupSize) // so that every group is in the list
	}
	for i := range (n - 1) * groupSize {
		if i%groupSize != 0 {
			remove(i)
		}
	}
	if got := len(r.d.devices); got > 2 {
		t.Errorf("%d devices for the sockets of one group", got)
	}
}

// sameBase makes every handle lead to one base socket, as a layered provider might.
type sameBase struct{ *driver }

func (sameBase) base(uintptr) (uintptr, error) { return 4, nil }

func TestTwoHandlesOverOneBaseSocket(t *testing.T) {
	d := newDriver(t)
	d.mixUp, d.keepPackets = true, true
	m := newMachine(sameBase{d})
	e := d.open(4)
	for gen := uint32(1); gen < 4; gen++ {
		for i := range uint32(2) {
			if err := m.Add(uintptr(4+4*i), tok(i, gen), 0, rd, backend.Oneshot); err != nil {
				t.Fatal(err)
			}
		}
		if gen == 3 {
			break
		}
		for i := range uint32(2) {
			if err := m.Delete(uintptr(4+4*i), tok(i, gen)); err != nil {
				t.Fatal(err)
			}
		}
	}
	d.release()
	d.set(e, afd.PollReceive)
	r := &rig{m, d, t}
	for range 4 {
		r.now()
	}
	if err := m.Close(); err != nil {
		t.Error(err)
	}
}
