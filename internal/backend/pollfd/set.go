package pollfd

import "github.com/goetia-go/goetia/internal/backend"

// pollFD is struct pollfd. Its masks are unsigned, as AIX has them.
type pollFD struct {
	fd              int32
	events, revents uint16
}

// identity is what fstat tells about the open file behind a number. Different
// identities are different files; the same may be another file where the
// system gives sockets no inode numbers.
type identity struct {
	dev, ino uint64
	kind     uint32
}

// set is the array of registrations. It is dense, so that the array that the
// kernel walks is never longer than the process may have descriptors.
type set struct {
	dialect
	// identify looks behind a number; false means that it is not open.
	identify func(fd int32) (identity, bool)

	// fds and entries are parallel.
	fds     []pollFD
	entries []entry
	// at finds a position by a token's index; it holds position + 1.
	at []uint32
	// changed counts changes; an entry that changed after a copy was made has
	// a later stamp than the copy.
	changed uint64
	// next is the position where the next harvest begins.
	next int
}

type entry struct {
	token    backend.Token
	stamp    uint64
	id       identity
	fd       int32
	interest backend.Interest
	mode     backend.Mode
}

// find returns a registration's position, or -1.
func (s *set) find(tok backend.Token) int {
	i := tok.Index()
	if i >= uint32(len(s.at)) || s.at[i] == 0 {
		return -1
	}
	if pos := int(s.at[i] - 1); s.entries[pos].token == tok {
		return pos
	}
	return -1
}

// add appends a registration. Its index is not in use.
func (s *set) add(tok backend.Token, fd int32, id identity, in backend.Interest, mode backend.Mode) {
	for uint32(len(s.at)) <= tok.Index() {
		s.at = append(s.at, 0)
	}
	s.fds = append(s.fds, pollFD{})
	s.entries = append(s.entries, entry{token: tok, fd: fd, id: id})
	s.at[tok.Index()] = uint32(len(s.entries))
	s.arm(len(s.entries)-1, in, mode)
}

// arm replaces interest and mode. An empty interest disarms.
func (s *set) arm(pos int, in backend.Interest, mode backend.Mode) {
	e := &s.entries[pos]
	e.interest, e.mode = in, mode
	s.fds[pos] = pollFD{fd: -1}
	if events := s.encode(in); events != 0 {
		s.fds[pos] = pollFD{fd: e.fd, events: events}
	}
	s.touch(pos)
}

// remove forgets a registration; the last one takes its place.
func (s *set) remove(pos int) {
	last := len(s.entries) - 1
	s.at[s.entries[pos].token.Index()] = 0
	if pos != last {
		s.fds[pos], s.entries[pos] = s.fds[last], s.entries[last]
		s.at[s.entries[pos].token.Index()] = uint32(pos + 1)
		s.touch(pos)
	}
	s.fds, s.entries = s.fds[:last], s.entries[:last]
}

// touch makes older copies worthless for a position.
func (s *set) touch(pos int) {
	s.changed++
	s.entries[pos].stamp = s.changed
}

// armed says whether the kernel may be looking at a position's descriptor.
func (s *set) armed(pos int) bool { return s.fds[pos].fd >= 0 }

// covers says whether a copy made at the time seen already asks for in.
func (s *set) covers(pos int, in backend.Interest, seen uint64) bool {
	return s.armed(pos) && s.entries[pos].stamp <= seen && s.encode(in)&^s.fds[pos].events == 0
}

// harvest turns the kernel's answers in a copy of the array, made at the time
// seen, into events. ready is how many answers there are. Positions that have
// changed since are passed over: the next call looks at them afresh.
func (s *set) harvest(copied []pollFD, seen uint64, ready int, events []backend.Event) int {
	if len(copied) == 0 {
		return 0
	}
	n := 0
	first := s.next % len(copied)
	for i := range copied {
		if ready == 0 || n == len(events) {
			break
		}
		pos := first + i
		if pos >= len(copied) {
			pos -= len(copied)
		}
		answer := copied[pos].revents
		if answer == 0 {
			continue
		}
		ready--
		s.next = pos + 1
		if pos >= len(s.entries) || s.entries[pos].stamp > seen {
			continue
		}
		if ev := s.conclude(pos, answer); ev.Ready != 0 {
			events[n] = ev
			n++
		}
	}
	return n
}

// conclude makes an event of an answer and does what the mode asks for. The
// event is empty if there is nothing to report.
func (s *set) conclude(pos int, answer uint16) backend.Event {
	e := &s.entries[pos]
	if answer&s.nval != 0 {
		s.remove(pos)
		return backend.Event{}
	}
	ready := s.decode(answer).Mask(e.interest)
	if ready == 0 {
		return backend.Event{}
	}
	// The number may have been closed and be another file's by now.
	if id, open := s.identify(e.fd); !open || id != e.id {
		s.remove(pos)
		return backend.Event{}
	}
	if e.mode.IsOneshot() {
		s.fds[pos] = pollFD{fd: -1}
	}
	return backend.Event{Token: e.token, Ready: ready}
}
