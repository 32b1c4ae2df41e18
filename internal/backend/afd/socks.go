package afd

import (
	"runtime"
	"sync"

	"github.com/goetia-go/goetia/internal/backend"
	"github.com/goetia-go/goetia/internal/sys/afd"
)

// state says what the driver holds for a registration.
type state uint8

const (
	// idle: nothing is outstanding.
	idle state = iota
	// pending: a poll is outstanding.
	pending
	// cancelled: a poll was withdrawn, and its packet has not come yet.
	cancelled
)

// sock is one registration, or what is left of it until the kernel is done. It
// holds no pointers, so that pages of it need no scanning.
type sock struct {
	op    afd.Op
	base  uintptr
	token backend.Token
	// asked are the conditions of the outstanding poll.
	asked uint32
	// found are conditions that wait to be handed out, while ready is set.
	found uint32
	// group is the index of the device handle.
	group uint32
	// successor is the registration of the same socket that must not submit
	// before this one's packet has come; zero if there is none.
	successor uint32

	interest backend.Interest
	mode     backend.Mode
	state    state
	// armed: the next event is to be reported.
	armed bool
	// stale: modified since the outstanding poll was submitted.
	stale bool
	// deleted: in limbo, kept only for the kernel's or a queue's sake.
	deleted bool
	// updating and ready: in the queue of that name.
	updating, ready bool
	// failed: submitting was refused; reported once as an error.
	failed bool
	// waiting: submits once a predecessor's packet has come.
	waiting bool
}

const pageSize = 256

// socks gives out registrations from pages that never move and are pinned,
// since the kernel writes into them.
type socks struct {
	pages  []*[pageSize]sock
	pinner runtime.Pinner
	free   []uint32
}

// kept holds every socks that has pages pinned. A program may forget to close a
// Poller, and a driver may not give a poll back; the memory must then outlive all
// references, and a runtime.Pinner that is collected while it pins ends the
// program.
var kept sync.Map

// at returns a registration by its id. Ids start at 1.
func (s *socks) at(id uint32) *sock {
	return &s.pages[(id-1)/pageSize][(id-1)%pageSize]
}

func (s *socks) alloc() uint32 {
	if len(s.free) == 0 {
		page := new([pageSize]sock)
		s.pinner.Pin(page)
		kept.Store(s, nil)
		first := uint32(len(s.pages))*pageSize + 1
		s.pages = append(s.pages, page)
		for id := first + pageSize - 1; id >= first; id-- {
			s.free = append(s.free, id)
		}
	}
	id := s.free[len(s.free)-1]
	s.free = s.free[:len(s.free)-1]
	return id
}

func (s *socks) release(id uint32) {
	*s.at(id) = sock{}
	s.free = append(s.free, id)
}

// unpin lets go of the memory. Only when the kernel holds nothing any more.
func (s *socks) unpin() {
	s.pinner.Unpin()
	kept.Delete(s)
}
