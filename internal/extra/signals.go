package extra

import (
	"fmt"
	"os"
	"os/signal"
	"slices"
	"sync"
)

// Signals hears of signals through os/signal: a signalfd would need them blocked on
// every thread, which takes them from the Go runtime and from everybody else in
// the program. Others that have asked os/signal for the same ones still get them.
type Signals struct {
	withoutHandle
	repeated
	called Called
	// in has a channel for each signal: os/signal drops what does not fit, and one that comes
	// often must not take the place of another.
	in        []chan os.Signal
	listeners sync.WaitGroup

	mu sync.Mutex
	// came are those that Collect has not seen, taken are what Take returns.
	came, collected []os.Signal
}

// NewSignals begins to listen. The default action of these signals, which for most
// is the end of the process, is off from then on until Close.
func NewSignals(sigs []os.Signal, called Called) (*Signals, error) {
	if len(sigs) == 0 {
		return nil, fmt.Errorf("%w: no signals", ErrInvalid)
	}
	if slices.Contains(sigs, nil) {
		return nil, fmt.Errorf("%w: a nil signal", ErrInvalid)
	}
	s := &Signals{called: called}
	for i, sig := range sigs {
		if slices.Contains(sigs[:i], sig) {
			continue
		}
		in := make(chan os.Signal, 1)
		s.in = append(s.in, in)
		s.listeners.Go(func() { s.listen(in) })
		signal.Notify(in, sig)
	}
	return s, nil
}

func (s *Signals) listen(in <-chan os.Signal) {
	for sig := range in {
		s.mu.Lock()
		// Like the kernel: a signal that is pending is not pending twice.
		fresh := !slices.Contains(s.came, sig)
		if fresh {
			s.came = append(s.came, sig)
		}
		s.mu.Unlock()
		if fresh {
			s.called()
		}
	}
}

// Collect implements Thing.
func (s *Signals) Collect() (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	fired := len(s.came) > 0
	for _, sig := range s.came {
		if !slices.Contains(s.collected, sig) {
			s.collected = append(s.collected, sig)
		}
	}
	s.came = s.came[:0]
	return fired, nil
}

// Take returns the signals that came since the last Take, each once.
func (s *Signals) Take() []os.Signal {
	s.mu.Lock()
	defer s.mu.Unlock()
	sigs := s.collected
	s.collected = nil
	return sigs
}

// Close implements Thing.
func (s *Signals) Close() error {
	for _, in := range s.in {
		signal.Stop(in) // nothing is sent any more once it has returned
		close(in)
	}
	s.listeners.Wait()
	return nil
}
