package aio

import (
	"fmt"
	"os"
	"os/signal"
	"slices"
	"sync"

	"github.com/goetia-go/goetia/future"
	"github.com/goetia-go/goetia/poll"
)

// Signals is a stream of operating system signals, and ends when it is stopped. One task at a
// time polls it; Stop may be called from anywhere.
type Signals struct {
	c    chan os.Signal
	slot future.Slot

	mu sync.Mutex
	// came are those that nobody has taken, each once.
	came    []os.Signal
	stopped bool
	// ended: nothing more comes, and all that came before Stop is in came.
	ended bool
}

// NewSignals listens for signals by way of os/signal, so that their default action is off until
// Stop, and others in the program who asked for them get them as well. It costs one goroutine.
// Without any signal it fails with [poll.ErrInvalid].
func NewSignals(sigs ...os.Signal) (*Signals, error) {
	if len(sigs) == 0 {
		return nil, fmt.Errorf("aio: no signals to listen for: %w", poll.ErrInvalid)
	}
	// As many as there are kinds: os/signal drops what does not fit.
	s := &Signals{c: make(chan os.Signal, 64)}
	signal.Notify(s.c, sigs...)
	go s.listen()
	return s, nil
}

func (s *Signals) listen() {
	for sig := range s.c {
		s.mu.Lock()
		if !slices.Contains(s.came, sig) {
			s.came = append(s.came, sig)
		}
		s.mu.Unlock()
		s.slot.Wake()
	}
	s.mu.Lock()
	s.ended = true
	s.mu.Unlock()
	s.slot.Wake()
}

// PollNext returns the next signal. One that comes again before it was taken comes once. ok is
// false after Stop, once all that came before it have been taken.
func (s *Signals) PollNext(cx *future.Context) (sig os.Signal, ok, ready bool) {
	if !cx.Spend() {
		return nil, false, false
	}
	s.slot.Register(cx.Waker())
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case len(s.came) > 0:
		sig, s.came = s.came[0], s.came[1:]
		s.slot.Clear()
		return sig, true, true
	case s.ended:
		s.slot.Clear()
		return nil, false, true
	}
	return nil, false, false
}

// Cancel leaves the signals for the next poll.
func (s *Signals) Cancel() { s.slot.Clear() }

// Stop ends the stream. What came before it can still be taken.
func (s *Signals) Stop() {
	s.mu.Lock()
	was := s.stopped
	s.stopped = true
	s.mu.Unlock()
	if was {
		return
	}
	signal.Stop(s.c) // it returns when nothing more is sent
	close(s.c)       // and then listen ends, when it has passed on what was sent
}
