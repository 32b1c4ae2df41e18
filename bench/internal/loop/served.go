package loop

import (
	"fmt"
	"time"

	"github.com/goetia-go/goetia/bench/internal/quantile"
	"github.com/goetia-go/goetia/bench/internal/source"
	"github.com/goetia-go/goetia/poll"
)

// Served is a Poller among whose idle sources a few are signalled, waited for,
// read and armed again, over and over. It serves to count what an event asks of
// the kernel.
type Served struct {
	p      *poll.Poller
	set    *source.Set
	srcs   []poll.Source
	events []poll.Event
	before poll.Stats
	// rounds are the times per event inside Wait and Modify, without those of
	// signalling and reading, one for each Round.
	rounds []time.Duration
}

// NewServed opens a Poller without sources.
func NewServed(mech poll.Mechanism, set *source.Set) (*Served, error) {
	p, err := poll.New(poll.WithMechanism(mech))
	if err != nil {
		return nil, err
	}
	return &Served{p: p, set: set, events: make([]poll.Event, Batch)}, nil
}

// Grow registers sources, oneshot for reading, until there are n: to register ten
// thousand takes long under Wine, so that no case should begin anew.
func (l *Served) Grow(n int) error {
	all := l.set.Sources(n)
	for i := len(l.srcs); i < n; i++ {
		if err := l.p.Add(all[i], poll.Key(i), poll.Readable, poll.Oneshot); err != nil {
			return fmt.Errorf("source %d: %w", i, err)
		}
	}
	l.srcs = all
	// Some mechanisms do their part when somebody looks.
	_, err := l.p.Wait(l.events, 0)
	return err
}

// Round signals the first so many sources and handles all the events.
func (l *Served) Round(active int) error {
	for i := range active {
		if err := l.set.Signal(i); err != nil {
			return err
		}
	}
	var waited time.Duration
	for left := active; left > 0; {
		start := time.Now()
		n, err := l.p.Wait(l.events, 10*time.Second)
		waited += time.Since(start)
		if err != nil {
			return err
		}
		if n == 0 {
			return fmt.Errorf("%d events were lost", left)
		}
		left -= n
		armed, err := l.handle(l.events[:n])
		if err != nil {
			return err
		}
		waited += armed
	}
	l.rounds = append(l.rounds, waited/time.Duration(active))
	return nil
}

// handle reads and arms again; it returns the time of the latter.
func (l *Served) handle(events []poll.Event) (time.Duration, error) {
	for _, ev := range events {
		if err := l.set.Drain(int(ev.Key)); err != nil {
			return 0, err
		}
	}
	start := time.Now()
	for _, ev := range events {
		if err := l.p.Modify(l.srcs[ev.Key], ev.Key, poll.Readable, poll.Oneshot); err != nil {
			return 0, err
		}
	}
	return time.Since(start), nil
}

// Reset begins a new count.
func (l *Served) Reset() { l.before, l.rounds = l.p.Stats(), l.rounds[:0] }

// Count is what was asked of the kernel since Reset, per event.
type Count struct {
	Events                  uint64
	Waits, Changes, Cancels float64
	// Time is the median of the rounds.
	Time time.Duration
}

// Calls are all of an event's together.
func (c Count) Calls() float64 { return c.Waits + c.Changes + c.Cancels }

// Count returns what happened since Reset.
func (l *Served) Count() Count {
	now := l.p.Stats()
	events := now.Events - l.before.Events
	per := func(a, b uint64) float64 { return float64(a-b) / float64(events) }
	return Count{
		Events:  events,
		Waits:   per(now.Kernel.Waits, l.before.Kernel.Waits),
		Changes: per(now.Kernel.Changes, l.before.Kernel.Changes),
		Cancels: per(now.Kernel.Cancels, l.before.Kernel.Cancels),
		Time:    quantile.Of(l.rounds, 0.5),
	}
}

// Close closes the Poller; the sources stay.
func (l *Served) Close() error { return l.p.Close() }
