package afd

import (
	"runtime"
	"sync"
	"testing"

	"github.com/goetia-go/goetia/internal/backend"
	"github.com/goetia-go/goetia/internal/sys/afd"
)

// awaitInside waits until a Wait sleeps in the port.
func (r *rig) awaitInside() {
	for {
		r.machine.mu.Lock()
		in := r.machine.inside
		r.machine.mu.Unlock()
		if in {
			return
		}
		runtime.Gosched()
	}
}

func (r *rig) waitOne() <-chan backend.Event {
	got := make(chan backend.Event, 1)
	go func() {
		for {
			var events [1]backend.Event
			n, err := r.Wait(events[:], -1)
			if err != nil {
				r.t.Errorf("wait: %v", err)
				return
			}
			if n > 0 {
				got <- events[0]
				return
			}
		}
	}()
	return got
}

// A poll that completes inline queues no packet, so somebody must wake a Wait
// that sleeps.
func TestInlineResultReachesASleepingWait(t *testing.T) {
	r := newRig(t)
	r.d.set(r.d.open(4), afd.PollReceive)
	got := r.waitOne()
	r.awaitInside()
	r.add(4, tok(0, 1), rd, backend.Oneshot)
	if ev := <-got; ev.Token != tok(0, 1) {
		t.Errorf("got %+v", ev)
	}
	got = r.waitOne()
	r.awaitInside()
	if err := r.Modify(4, tok(0, 1), rd, backend.Oneshot); err != nil {
		t.Fatal(err)
	}
	if ev := <-got; ev.Token != tok(0, 1) {
		t.Errorf("got %+v", ev)
	}
}

func TestReusedNumberWhileAWaitSleeps(t *testing.T) {
	r := newRig(t)
	r.d.open(4)
	r.add(4, tok(0, 1), rd, backend.Oneshot)
	got := r.waitOne()
	r.awaitInside()
	r.d.closeSocket(4)
	e := r.d.open(4)
	if err := r.Add(4, tok(1, 1), tok(0, 1), rd, backend.Oneshot); err != nil {
		t.Fatalf("add of a reused number: %v", err)
	}
	r.d.set(e, afd.PollReceive)
	for {
		ev := <-got
		if ev.Token == tok(1, 1) {
			break
		}
		if ev.Ready != backend.ReadyClosed {
			t.Fatalf("got %+v", ev)
		}
		got = r.waitOne()
	}
}

// Adders, modifiers and deleters against a waiter: everything that is made
// ready is reported, and nothing is left.
func TestStress(t *testing.T) {
	r := newRig(t)
	const workers, rounds = 4, 500
	reported := make([]chan backend.Token, workers)
	for i := range reported {
		reported[i] = make(chan backend.Token, 1)
	}
	stop := make(chan struct{})
	var waiter, all sync.WaitGroup
	waiter.Go(func() {
		var events [8]backend.Event
		for {
			n, err := r.Wait(events[:], -1)
			if err != nil {
				t.Errorf("wait: %v", err)
				return
			}
			for _, ev := range events[:n] {
				select {
				case reported[ev.Token.Index()] <- ev.Token:
				default:
				}
			}
			select {
			case <-stop:
				return
			default:
			}
		}
	})
	var calls sync.Mutex // the Poller serialises changes
	for w := range uint32(workers) {
		all.Go(func() {
			h := uintptr(4 * (w + 1))
			e := r.d.open(h)
			for i := range uint32(rounds) {
				tk := tok(w, i+1)
				r.d.set(e, 0)
				calls.Lock()
				r.add(h, tk, wr, backend.Oneshot)
				if i%2 == 0 {
					if err := r.Modify(h, tk, rd, backend.Oneshot); err != nil {
						t.Errorf("modify: %v", err)
					}
				}
				calls.Unlock()
				r.d.set(e, afd.PollReceive|afd.PollSend)
				for <-reported[w] != tk {
				}
				calls.Lock()
				if err := r.Delete(h, tk); err != nil {
					t.Errorf("delete: %v", err)
				}
				calls.Unlock()
			}
		})
	}
	all.Wait()
	close(stop)
	if err := r.Notify(); err != nil {
		t.Fatal(err)
	}
	waiter.Wait()
}
