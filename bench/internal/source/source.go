// Package source makes many cheap things to register, one descriptor each, so that
// ten thousand sources are ten thousand descriptors and not twice as many.
package source

import (
	"fmt"

	"github.com/goetia-go/goetia/poll"
)

// Set is a number of sources. They are idle until signalled.
type Set struct {
	all []handle
	// srcs are the same as a Poller takes them. They are made here, so that
	// whoever measures memory does not count them.
	srcs []poll.Source
	// spread are those that SignalSpread signalled.
	spread []int
}

// New makes n sources.
func New(n int) (*Set, error) {
	s := &Set{all: make([]handle, 0, n)}
	for i := range n {
		h, err := open()
		if err != nil {
			s.Close()
			return nil, fmt.Errorf("source %d of %d: %w", i, n, err)
		}
		s.all = append(s.all, h)
		s.srcs = append(s.srcs, poll.FD(h.number()))
	}
	return s, nil
}

// Len is how many there are.
func (s *Set) Len() int { return len(s.all) }

// Signal makes a source readable.
func (s *Set) Signal(i int) error { return s.all[i].signal() }

// Drain makes a source that was signalled idle again.
func (s *Set) Drain(i int) error { return s.all[i].drain() }

// DrainAll makes every source that SignalSpread signalled idle again.
func (s *Set) DrainAll() error {
	for _, i := range s.spread {
		if err := s.Drain(i); err != nil {
			return err
		}
	}
	s.spread = nil
	return nil
}

// SignalSpread signals so many of the sources, evenly spread among the others.
func (s *Set) SignalSpread(ready int) error {
	n := len(s.all)
	for i := range n {
		if i*ready/n == (i+1)*ready/n {
			continue
		}
		if err := s.Signal(i); err != nil {
			return err
		}
		s.spread = append(s.spread, i)
	}
	return nil
}

// Sources are the first n as a Poller takes them.
func (s *Set) Sources(n int) []poll.Source { return s.srcs[:n] }

// Close closes them all.
func (s *Set) Close() {
	for i := range s.all {
		s.all[i].close()
	}
	s.all, s.srcs = nil, nil
}
