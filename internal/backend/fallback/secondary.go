package fallback

import (
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/goetia-go/goetia/internal/backend"
)

// secondary is the other mechanism and the goroutine that sleeps in it while a
// Wait sleeps in the primary.
type secondary struct {
	b        backend.Backend
	primary  backend.Backend
	features backend.Features
	// readiness are the kinds that may be passed on.
	readiness backend.Readiness

	// start begins a sleep and done ends it; the goroutine owns buf between.
	start chan int
	done  chan outcome
	ended chan struct{}
	stop  atomic.Bool
	buf   []backend.Event

	// stray: a notification of our own may still be in the secondary. It
	// belongs to the goroutine inside Wait.
	stray bool
}

// outcome is what a sleep came to.
type outcome struct {
	n   int
	err error
	// roused: a notification was taken.
	roused bool
}

// most is how many events one sleep fetches at most.
const most = 1024

func newSecondary(b, primary backend.Backend) *secondary {
	s := &secondary{
		b: b, primary: primary, features: b.Features(), readiness: primary.Features().Readiness,
		start: make(chan int), done: make(chan outcome, 1), ended: make(chan struct{}),
	}
	if primary.Features().ExactConnectFailed && !s.features.ExactConnectFailed {
		s.readiness &^= backend.ReadyConnectFailed
	}
	go s.run()
	return s
}

// refuse says what the secondary cannot do.
func (s *secondary) refuse(in backend.Interest, mode backend.Mode) error {
	if !s.features.Supports(mode) || in&^s.features.Interests != 0 {
		return fmt.Errorf("%w: this socket has no base socket, and the mechanism that serves it lacks the mode or interest",
			backend.ErrUnsupported)
	}
	return nil
}

func (s *secondary) run() {
	defer close(s.ended)
	for limit := range s.start {
		var o outcome
		for o.n == 0 && o.err == nil && !s.stop.Load() {
			o.n, o.err = s.b.Wait(s.buf[:limit], -1)
			o.roused = o.n == 0 && o.err == nil && s.stop.Load()
		}
		if o.n > 0 || o.err != nil {
			o.err = errors.Join(o.err, s.primary.Notify())
		}
		s.done <- o
	}
}

// fallAsleep sends the goroutine to sleep.
func (s *secondary) fallAsleep(room int) {
	limit := min(room, most)
	if limit > len(s.buf) {
		s.buf = make([]backend.Event, limit)
	}
	s.stop.Store(false)
	s.start <- limit
}

// wakeUp ends the sleep and returns what was found in it, valid until the next.
func (s *secondary) wakeUp() ([]backend.Event, error) {
	var o outcome
	select {
	case o = <-s.done:
	default:
		s.stop.Store(true)
		err := s.b.Notify()
		o = <-s.done
		o.err = errors.Join(o.err, err)
		s.stray = !o.roused
	}
	return s.buf[:o.n], o.err
}

func (s *secondary) close() error {
	close(s.start)
	<-s.ended
	return s.b.Close()
}
