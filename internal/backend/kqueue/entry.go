//go:build !plan9

package kqueue

import (
	"github.com/goetia-go/goetia/internal/backend"
	"github.com/goetia-go/goetia/internal/sys/kevent"
)

// entry is one registration. Entries are indexed by their token's index.
type entry struct {
	token    backend.Token
	handle   uintptr
	interest backend.Interest
	mode     backend.Mode
	// have: the knotes that were added. on: those that are enabled, as far as
	// the mechanism knows; a delivery may have disabled one meanwhile.
	have, on set
	// armed is false once a oneshot registration has reported.
	armed bool
	// broken: the write filter was refused because nobody reads the pipe.
	broken bool
	// fetched numbers the fetch that found something, and place is where it is
	// among the events. ends are the filters that said EV_EOF in it.
	fetched uint64
	place   int
	ends    set
}

// set has a bit for each filter.
type set uint8

func (s set) has(f kevent.Filter) bool { return s&(1<<f) != 0 }

func (s *set) put(f kevent.Filter, on bool) {
	if on {
		*s |= 1 << f
	} else {
		*s &^= 1 << f
	}
}

// wanted are the filters of an interest.
func wanted(in backend.Interest) set {
	var s set
	for f, i := range interests {
		s.put(kevent.Filter(f), in&i != 0)
	}
	return s
}

// style are the flags that a knote is made with and keeps.
func style(mode backend.Mode) kevent.Flags {
	switch {
	case mode.IsOneshot():
		return kevent.Dispatch
	case mode == backend.Edge:
		return kevent.Clear
	}
	return 0
}
