package uring

import (
	"github.com/goetia-go/goetia/internal/backend"
	"github.com/goetia-go/goetia/internal/sys/uring"
)

// ring is what the machine needs of an io_uring.
type ring interface {
	// Request returns a request to fill in, or nil if there is no room before
	// the next Submit.
	Request() *uring.SQE
	// Unsubmitted is how many requests the kernel has not taken.
	Unsubmitted() uint32
	// Submit hands them over. stuck: the kernel takes none before answers have
	// been fetched.
	Submit() (stuck bool, err error)
	// Answer is the oldest answer, or nil.
	Answer() *uring.CQE
	// Done hands its place back.
	Done()
	// Behind: the kernel keeps answers back, which a Submit brings.
	Behind() bool
}

// machine keeps the registrations and what the kernel is to be asked for them. It is
// not safe for concurrent use.
type machine struct {
	ring ring
	// skips: the kernel can leave out the answer of a removal that succeeds.
	skips bool

	entries []entry
	// queue holds the indices of entries to ask for, from position next on.
	queue []uint32
	next  int
	// again are those whose turn comes with the next fetch: they have just been
	// reported.
	again []uint32
	// removals are the polls to withdraw.
	removals []ticket
	// outstanding counts the polls that have not answered for the last time.
	outstanding int64
	// fetch numbers the fetches, from 1.
	fetch uint32
	// enters counts the calls of Submit.
	enters uint64
}

// entry is one registration. Entries are indexed by their token's index.
type entry struct {
	token backend.Token
	id    identity
	fd    int32
	// turn is the latest poll's; it outlives the registration, so that no two
	// polls of one index are confused.
	turn uint32
	// fetched numbers the fetch that reported the entry, and place is where.
	fetched, place uint32
	interest       backend.Interest
	mode           backend.Mode
	// armed is false once a oneshot registration has reported.
	armed bool
	// flying: the kernel holds a poll, the one with turn.
	flying bool
	// queued: the entry is in the queue.
	queued bool
	// deaf: only a condition that was not asked for holds. A oneshot poll would
	// answer with that at once, again and again, so a multishot one listens.
	deaf bool
}

// identity tells files apart.
type identity struct{ dev, ino uint64 }

// ticket names a poll: the index of its entry, and the turn.
type ticket uint64

func makeTicket(index, turn uint32) ticket { return ticket(turn)<<32 | ticket(index) }

// unwatched is the ticket of requests whose answer nobody waits for. No entry has
// that index.
const unwatched = ticket(1<<32 - 1)

func (m *machine) find(tok backend.Token) *entry {
	i := tok.Index()
	if i >= uint32(len(m.entries)) || m.entries[i].token != tok || tok == 0 {
		return nil
	}
	return &m.entries[i]
}

// add makes an entry, which is not armed yet.
func (m *machine) add(tok backend.Token, fd int32, id identity) *entry {
	for uint32(len(m.entries)) <= tok.Index() {
		m.entries = append(m.entries, entry{})
	}
	e := &m.entries[tok.Index()]
	*e = entry{token: tok, fd: fd, id: id, turn: e.turn, fetched: e.fetched}
	return e
}

// arm asks afresh, for what interest and mode say now.
func (m *machine) arm(e *entry, in backend.Interest, mode backend.Mode) {
	m.withdraw(e)
	e.interest, e.mode, e.armed, e.deaf = in, mode, true, false
	e.queued = e.queued && in != 0
	m.enqueue(e.token.Index())
}

// forget ends a registration and says whether the kernel held a poll for it.
func (m *machine) forget(e *entry) bool {
	held := e.flying
	m.withdraw(e)
	*e = entry{turn: e.turn, fetched: e.fetched}
	return held
}

// withdraw makes an entry's poll worthless, and has the kernel let go of it.
func (m *machine) withdraw(e *entry) {
	if e.flying {
		e.flying = false
		m.removals = append(m.removals, makeTicket(e.token.Index(), e.turn))
	}
}

// enqueue has the kernel asked for an entry, if it should be and is not yet.
func (m *machine) enqueue(i uint32) {
	e := &m.entries[i]
	if e.token == 0 || !e.armed || e.interest == 0 || e.flying || e.queued {
		return
	}
	e.queued = true
	m.queue = append(m.queue, i)
}

// asked says that the kernel has been asked for everything.
func (m *machine) asked() bool {
	return m.next == len(m.queue) && len(m.removals) == 0 && m.ring.Unsubmitted() == 0
}

// settled says besides that the kernel keeps no answers back.
func (m *machine) settled() bool { return m.asked() && !m.ring.Behind() }

// submit asks the kernel for as much as has room at once.
func (m *machine) submit() (stuck bool, err error) {
	for len(m.removals) > 0 {
		s := m.ring.Request()
		if s == nil {
			break
		}
		last := len(m.removals) - 1
		s.Opcode, s.FD, s.Addr, s.UserData = uring.AsyncCancel, -1, uint64(m.removals[last]), uint64(unwatched)
		if m.skips {
			s.Flags = uring.SkipSuccess
		}
		m.removals = m.removals[:last]
	}
	for m.next < len(m.queue) {
		i := m.queue[m.next]
		if e := &m.entries[i]; e.queued {
			s := m.ring.Request()
			if s == nil {
				break
			}
			m.ask(s, i, e)
		}
		m.next++
	}
	if m.next == len(m.queue) {
		m.queue, m.next = m.queue[:0], 0
	}
	m.enters++
	return m.ring.Submit()
}

// ask fills in the poll of an entry.
func (m *machine) ask(s *uring.SQE, i uint32, e *entry) {
	e.turn++
	e.queued, e.flying = false, true
	s.Opcode, s.FD, s.Op = uring.PollAdd, e.fd, uring.PollEvents(encode(e.interest))
	if e.mode == backend.Edge || e.deaf {
		s.Len = uring.Multishot
	}
	s.UserData = uint64(makeTicket(i, e.turn))
	m.outstanding++
}

// flush asks the kernel for everything. If it is stuck, the rest stays.
func (m *machine) flush() error {
	for !m.asked() {
		if stuck, err := m.submit(); stuck || err != nil {
			return err
		}
	}
	return nil
}

// begin begins a fetch: what was reported by the one before is asked for again.
func (m *machine) begin() {
	m.fetch++
	for _, i := range m.again {
		m.enqueue(i)
	}
	m.again = m.again[:0]
}

// collect turns answers into events from position n on, and returns where it
// stopped. Answers beyond the room for events stay.
func (m *machine) collect(events []backend.Event, n int) int {
	for {
		a := m.ring.Answer()
		if a == nil {
			return n
		}
		i := uint32(a.UserData)
		if ticket(a.UserData) == unwatched {
			m.ring.Done()
			continue
		}
		e := &m.entries[i] // the kernel makes no tickets up
		current := e.flying && e.turn == uint32(a.UserData>>32)
		var ready backend.Readiness
		if current && a.Res > 0 || a.Res < 0 && a.Res != cancelled && a.Res != badDescriptor {
			ready = decode(a.Res).Mask(e.interest)
		}
		merging := e.fetched == m.fetch
		if current && ready != 0 && !merging && n == len(events) {
			return n
		}
		final, res := a.Flags&uring.More == 0, a.Res
		m.ring.Done()
		if final {
			m.outstanding--
		}
		if !current {
			continue
		}
		if final {
			e.flying = false
		}
		switch {
		case res == badDescriptor:
			m.forget(e) // it was closed before the kernel was asked
		case ready != 0:
			if !merging {
				e.fetched, e.place = m.fetch, uint32(n)
				events[n] = backend.Event{Token: e.token}
				n++
			}
			events[e.place].Ready |= ready
			m.reported(i, e)
		case final:
			// Nothing was said, or only what nobody asked for; or the thread
			// that had asked has ended, and the kernel forgets what such a
			// thread has asked for.
			e.deaf = res > 0
			m.enqueue(i)
		}
	}
}

// reported does what the mode asks for after an event.
func (m *machine) reported(i uint32, e *entry) {
	switch {
	case e.mode.IsOneshot():
		e.armed = false
		m.withdraw(e)
	case e.mode == backend.Level:
		m.withdraw(e)
		e.deaf = false
		m.again = append(m.again, i)
	case !e.flying:
		// Edge; the kernel has ended a multishot poll, which it may.
		m.again = append(m.again, i)
	}
}
