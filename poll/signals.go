package poll

import (
	"os"

	things "github.com/goetia-go/goetia/internal/extra"
)

// Signals are operating system signals that are events of a [Poller]. Its methods are
// safe for concurrent use.
type Signals struct {
	x *extra
	s *things.Signals
}

// AddSignals registers signals under key; on Windows os.Interrupt stands for Ctrl-C and
// Ctrl-Break, and syscall.SIGTERM for the console being closed. Their arrival is reported
// as [Readable], and [Signals.Take] says which came.
//
// The signals come through os/signal: others in the program that asked for them get
// them as well, and their default action is off until Delete. It costs one
// goroutine. Without any signal it fails with [ErrInvalid].
func (p *Poller) AddSignals(key Key, sigs ...os.Signal) (*Signals, error) {
	x, s, err := addExtra(p, "signals", key, func(called things.Called) (*things.Signals, error) {
		return things.NewSignals(sigs, called)
	})
	if err != nil {
		return nil, err
	}
	return &Signals{x, s}, nil
}

// Take returns the signals that have been reported since the last Take, each once and in
// the order in which they came.
func (s *Signals) Take() []os.Signal { return s.s.Take() }

// Delete ends the registration; the signals have their former action again, unless
// somebody else listens. It fails with [ErrNotFound] if it was deleted before, and with
// [ErrClosed] if the Poller was closed.
func (s *Signals) Delete() error { return s.x.remove("signals") }
