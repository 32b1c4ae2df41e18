package goetia

import (
	"sync"
	"testing"
	"time"

	"github.com/goetia-go/goetia/poll"
)

// hooked is a poller that tests reach into. The hooks that are nil do nothing.
type hooked struct {
	poller
	// waited is called with what a Wait has collected, before the shard sees it.
	waited func(events []poll.Event)
	// wait is called in the place of Wait.
	wait func(events []poll.Event, timeout time.Duration) (int, error)
	// modify is called before a Modify, which it can refuse.
	modify func(src poll.Source, in poll.Interest) error
}

func (h *hooked) Wait(events []poll.Event, timeout time.Duration) (int, error) {
	if h.wait != nil {
		return h.wait(events, timeout)
	}
	n, err := h.poller.Wait(events, timeout)
	if h.waited != nil {
		h.waited(events[:n])
	}
	return n, err
}

func (h *hooked) Modify(src poll.Source, k poll.Key, in poll.Interest, mode poll.Mode) error {
	if h.modify != nil {
		if err := h.modify(src, in); err != nil {
			return err
		}
	}
	return h.poller.Modify(src, k, in, mode)
}

// hook puts a hooked poller into a Reactor that nobody has used yet.
func hook(r *Reactor, h *hooked) {
	h.poller = r.shards[0].p
	r.shards[0].p = h
}

// manual makes a Reactor that somebody has to drive.
func manual(t testing.TB, opts ...Option) *Reactor {
	t.Helper()
	r, err := New(append(mechanism(), opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

// holder keeps a Wait that has collected events from handing them over.
type holder struct {
	once sync.Once
	// holding is closed when events are held, and they are let go when free is.
	holding, free chan struct{}
}

func newHolder() *holder { return &holder{holding: make(chan struct{}), free: make(chan struct{})} }

func (h *holder) waited(events []poll.Event) {
	if len(events) == 0 {
		return
	}
	h.once.Do(func() {
		close(h.holding)
		<-h.free
	})
}

// held makes a Reactor that is turned by hand, and the holder of what its Waits collect.
func held(t *testing.T) (*Reactor, *holder) {
	t.Helper()
	r, h := manual(t, WithSweep(time.Hour)), newHolder()
	hook(r, &hooked{waited: h.waited})
	return r, h
}

// turn turns until a Wait has collected events and they were let go, or only once if there need not
// come any.
func (h *holder) turn(r *Reactor, mayNotCome bool) error {
	for {
		_, err := r.Turn(time.Millisecond)
		select {
		case <-h.holding:
		default:
			if err == nil && !mayNotCome {
				continue // on a busy machine what was written can take its time to arrive
			}
		}
		return err
	}
}

// collect turns until a Wait has collected events, which are held. What is returned lets them go,
// and waits for the end of the turn.
func (h *holder) collect(t *testing.T, r *Reactor) (release func()) {
	t.Helper()
	turned := make(chan error, 1)
	go func() { turned <- h.turn(r, false) }()
	select {
	case <-h.holding:
	case err := <-turned:
		t.Fatalf("nothing was collected: %v", err)
	}
	return func() {
		t.Helper()
		close(h.free)
		if err := <-turned; err != nil {
			t.Fatal(err)
		}
	}
}
