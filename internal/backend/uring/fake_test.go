package uring

import "github.com/goetia-go/goetia/internal/sys/uring"

// fakeRing is a ring whose kernel is here. Its descriptors have the conditions that
// state says.
type fakeRing struct {
	requests []uring.SQE
	room     int // how many requests fit

	answers  []uring.CQE
	overflow []uring.CQE
	places   int // how many answers fit

	state map[int32]uint32
	polls map[uint64]*fakePoll
	// order is the tickets of polls, oldest first, so that runs repeat.
	order []uint64
	// busy makes the next Submits fail for want of place for answers.
	busy    int
	skipped int // removals whose answer was left out
}

type fakePoll struct {
	fd    int32
	mask  uint32
	multi bool
}

func newFakeRing(room, places int) *fakeRing {
	return &fakeRing{room: room, places: places, state: map[int32]uint32{}, polls: map[uint64]*fakePoll{}}
}

func (r *fakeRing) Request() *uring.SQE {
	if len(r.requests) == r.room {
		return nil
	}
	r.requests = append(r.requests, uring.SQE{})
	return &r.requests[len(r.requests)-1]
}

func (r *fakeRing) Unsubmitted() uint32 { return uint32(len(r.requests)) }

func (r *fakeRing) Submit() (bool, error) {
	for len(r.overflow) > 0 && len(r.answers) < r.places {
		r.answers = append(r.answers, r.overflow[0])
		r.overflow = r.overflow[1:]
	}
	if r.busy > 0 {
		r.busy--
		return true, nil
	}
	for _, s := range r.requests {
		r.serve(s)
	}
	r.requests = r.requests[:0]
	return false, nil
}

func (r *fakeRing) serve(s uring.SQE) {
	switch s.Opcode {
	case uring.PollAdd:
		if r.polls[s.UserData] != nil {
			panic("two polls with one ticket")
		}
		state, open := r.state[s.FD]
		if !open {
			r.answer(uring.CQE{UserData: s.UserData, Res: badDescriptor})
			return
		}
		p := &fakePoll{fd: s.FD, mask: uring.PollEvents(s.Op) | pollErr | pollHup | pollRdHup, multi: s.Len&uring.Multishot != 0}
		found := state & p.mask
		if found != 0 && !p.multi {
			r.answer(uring.CQE{UserData: s.UserData, Res: int32(found)})
			return
		}
		r.polls[s.UserData] = p
		r.order = append(r.order, s.UserData)
		if found != 0 {
			r.fire(s.UserData, found)
		}
	case uring.AsyncCancel:
		if r.polls[s.Addr] == nil {
			r.answer(uring.CQE{UserData: s.UserData, Res: -2})
			return
		}
		if s.Flags&uring.SkipSuccess == 0 {
			r.answer(uring.CQE{UserData: s.UserData})
		} else {
			r.skipped++
		}
		r.end(s.Addr, cancelled)
	default:
		panic("unknown request")
	}
}

func (r *fakeRing) answer(c uring.CQE) {
	if len(r.answers) < r.places && len(r.overflow) == 0 {
		r.answers = append(r.answers, c)
		return
	}
	r.overflow = append(r.overflow, c)
}

// end answers a poll for the last time.
func (r *fakeRing) end(ticket uint64, res int32) {
	delete(r.polls, ticket)
	for i, t := range r.order {
		if t == ticket {
			r.order = append(r.order[:i], r.order[i+1:]...)
			break
		}
	}
	r.answer(uring.CQE{UserData: ticket, Res: res})
}

// fire answers a poll. A multishot one ends if its answer finds no place.
func (r *fakeRing) fire(ticket uint64, found uint32) {
	if !r.polls[ticket].multi || len(r.answers) >= r.places {
		r.end(ticket, int32(found))
		return
	}
	r.answer(uring.CQE{UserData: ticket, Res: int32(found), Flags: uring.More})
}

// happen gives a descriptor its conditions and tells those that poll it.
func (r *fakeRing) happen(fd int32, state uint32) {
	r.state[fd] = state
	for _, ticket := range append([]uint64(nil), r.order...) {
		if p := r.polls[ticket]; p != nil && p.fd == fd && state&p.mask != 0 {
			r.fire(ticket, state&p.mask)
		}
	}
}

// threadEnds cancels every n-th poll, as when the thread that had asked ends.
func (r *fakeRing) threadEnds(n int) {
	for i, ticket := range append([]uint64(nil), r.order...) {
		if i%n == 0 {
			r.end(ticket, cancelled)
		}
	}
}

func (r *fakeRing) Answer() *uring.CQE {
	if len(r.answers) == 0 {
		return nil
	}
	return &r.answers[0]
}

func (r *fakeRing) Done() { r.answers = r.answers[1:] }

func (r *fakeRing) Behind() bool { return len(r.overflow) > 0 }

// held is how many polls the kernel holds of a descriptor.
func (r *fakeRing) held(fd int32) (n int) {
	for _, p := range r.polls {
		if p.fd == fd {
			n++
		}
	}
	return n
}
