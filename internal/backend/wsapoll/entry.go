package wsapoll

import "github.com/goetia-go/goetia/internal/backend"

// state says who has a registration.
type state uint8

const (
	// idle: nobody. It is disarmed or has an empty interest.
	idle state = iota
	// queued: the queue. The next Wait, or the one in progress, looks at it.
	queued
	// watched: its group.
	watched
	// resting: it reported in level mode; the next Wait queues it again.
	resting
	// ended: its socket was found closed by its group. Wait tells it.
	ended
)

// entry is one registration. Entries are indexed by their token's index.
type entry struct {
	token  backend.Token
	handle uintptr
	id     identity
	// stamp changes with every arming, so that what was found out about an
	// earlier one is recognised.
	stamp    uint64
	group    *group
	interest backend.Interest
	mode     backend.Mode
	state    state
	stream   bool
	// inQueue: the queue holds the token, whatever the state.
	inQueue bool
	// shut: the socket answers something that was not asked for and cannot be
	// declined. Its group asks now and then only.
	shut bool
	// found is what the group found, during the Wait numbered foundIn.
	found   backend.Readiness
	foundIn uint64
	// place is the position among the group's members.
	place int
}

// find returns a registration, or nil if the token is not, or no longer, one.
func (p *Poll) find(tok backend.Token) *entry {
	i := tok.Index()
	if i >= uint32(len(p.entries)) || p.entries[i].token != tok {
		return nil
	}
	return &p.entries[i]
}

// arm looks at an entry afresh, or silences it if the interest is empty.
func (p *Poll) arm(e *entry, in backend.Interest, mode backend.Mode) {
	p.stamps++
	e.stamp = p.stamps
	e.interest, e.mode = in, mode
	e.shut, e.found, e.foundIn = false, 0, 0
	if in == 0 {
		e.state = idle
		return
	}
	p.enqueue(e, queued)
}

// enqueue hands an entry to Wait.
func (p *Poll) enqueue(e *entry, s state) {
	e.state = s
	if !e.inQueue {
		e.inQueue = true
		p.queue.push(e.token)
	}
	p.wakeWaiter()
}

// forget ends a registration.
func (p *Poll) forget(e *entry) {
	p.leave(e)
	*e = entry{}
}

// queue is first in, first out, without allocations once it has grown.
type queue struct {
	items []backend.Token
	head  int
	n     int
}

func (q *queue) push(tok backend.Token) {
	if q.n == len(q.items) {
		bigger := make([]backend.Token, max(16, 2*q.n))
		for i := range q.n {
			bigger[i] = q.items[(q.head+i)%len(q.items)]
		}
		q.items, q.head = bigger, 0
	}
	q.items[(q.head+q.n)%len(q.items)] = tok
	q.n++
}

func (q *queue) pop() backend.Token {
	tok := q.items[q.head]
	q.head = (q.head + 1) % len(q.items)
	q.n--
	return tok
}
