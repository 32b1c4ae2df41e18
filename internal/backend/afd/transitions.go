package afd

import (
	"github.com/goetia-go/goetia/internal/backend"
	"github.com/goetia-go/goetia/internal/sys/afd"
)

func (m *machine) queueUpdate(id uint32) {
	if s := m.socks.at(id); !s.updating {
		s.updating = true
		m.updates.push(id)
	}
}

func (m *machine) queueReady(id uint32) {
	if s := m.socks.at(id); !s.ready {
		s.ready = true
		m.ready.push(id)
	}
}

// wakeForReady gets a Wait that sleeps in the kernel out, if there is something
// to report, or to look at once more, that came without a packet.
func (m *machine) wakeForReady() {
	if m.inside && !m.woken && (m.ready.len() > 0 || m.updates.len() > 0) {
		m.woken = m.k.wake() == nil
	}
}

// drainUpdates looks at everything that changed since the last dequeue.
func (m *machine) drainUpdates() {
	for n := m.updates.len(); n > 0; n-- {
		id, _ := m.updates.pop()
		m.socks.at(id).updating = false
		m.update(id)
		m.release(id)
	}
}

// update brings what is outstanding into line with what is wanted.
func (m *machine) update(id uint32) {
	s := m.socks.at(id)
	if s.deleted || !s.armed || s.waiting || s.failed {
		return
	}
	switch s.state {
	case idle:
		if s.found == 0 {
			m.submit(id)
		}
	case pending:
		if encode(s.interest)&^s.asked != 0 && !m.cancel(s) {
			// The poll may stay for long, and what is wanted now is not in it.
			s.failed = true
			m.queueReady(id)
		}
	case cancelled:
		// Its packet comes, and brings us here again.
	}
}

func (m *machine) submit(id uint32) {
	s := m.socks.at(id)
	if before := m.limbo[s.base]; before != 0 {
		if next := &m.socks.at(before).successor; *next == 0 {
			*next, s.waiting = id, true
		} else {
			// Two handles over one base socket, which takes a layered
			// provider: try again when the packet has had time to come.
			m.queueUpdate(id)
		}
		return
	}
	g := &m.groups.all[s.group]
	s.asked, s.stale = encode(s.interest), false
	s.op.Prepare(s.base, s.asked)
	m.counters.Changes++
	status := m.k.submit(g.device, &s.op, uintptr(id))
	switch {
	case status == afd.StatusSuccess && g.inline:
		m.counters.Completions++
		m.judge(id)
	case !status.Failed():
		s.state = pending
		m.counters.Outstanding++
	default:
		// No packet comes. Keep the status where errors are made from.
		s.op.IOStatusBlock.SetStatus(status)
		m.refused(id, status)
	}
}

// cancel withdraws the outstanding poll and says whether its packet is near.
func (m *machine) cancel(s *sock) bool {
	status := m.withdraw(s)
	return !status.Failed() || status == afd.StatusNotFound
}

// ended withdraws the outstanding poll, and says whether it was too late for that.
func (m *machine) ended(s *sock) bool { return m.withdraw(s) == afd.StatusNotFound }

func (m *machine) withdraw(s *sock) afd.Status {
	s.state = cancelled
	m.counters.Cancels++
	return m.k.cancel(m.groups.all[s.group].device, &s.op)
}

// complete takes in the packet of an outstanding poll.
func (m *machine) complete(id uint32) {
	s := m.socks.at(id)
	if s.state == idle {
		return // not ours: every packet belongs to one outstanding poll
	}
	withdrawn := s.state == cancelled
	s.state = idle
	m.counters.Outstanding--
	if s.deleted {
		next := s.successor
		if m.limbo[s.base] == id {
			delete(m.limbo, s.base)
		}
		m.release(id)
		if next != 0 {
			m.socks.at(next).waiting = false
			m.update(next)
		}
		return
	}
	_, events := s.op.Outcome()
	if events&afd.PollLocalClose == 0 && (withdrawn || s.stale) {
		// Of another time. If it is still so, the next poll says it at once.
		s.stale = false
		m.update(id)
		return
	}
	m.judge(id)
}

// judge decides what a completed poll of a standing registration means.
func (m *machine) judge(id uint32) {
	s := m.socks.at(id)
	status, events := s.op.Outcome()
	switch {
	case events&afd.PollLocalClose != 0:
		s.found = afd.PollLocalClose
		m.queueReady(id)
	case decode(events).Mask(s.interest) != 0:
		s.found = events
		m.queueReady(id)
	case status == afd.StatusHandlesClosed:
		// The device handle went away, which only Close does.
	case status.Failed() && status != afd.StatusCancelled:
		m.refused(id, status)
	default:
		// Cancelled by somebody else, displaced, or nothing that is wanted.
		// Not at once: a driver that answers so for ever must not hold us here.
		m.queueUpdate(id)
	}
}

// refused handles a poll that the driver will not do.
func (m *machine) refused(id uint32, status afd.Status) {
	s := m.socks.at(id)
	if status == afd.StatusInvalidHandle || status == afd.StatusTypeMismatch {
		s.found = afd.PollLocalClose // no such socket any more
	} else {
		s.failed = true
	}
	m.queueReady(id)
}

// report hands a ready registration out, if there is still something to say.
func (m *machine) report(id uint32, ev *backend.Event) bool {
	s := m.socks.at(id)
	s.ready = false
	found, failed := s.found, s.failed
	s.found, s.failed = 0, false
	if s.deleted {
		m.release(id)
		return false
	}
	ev.Token = s.token
	if found&afd.PollLocalClose != 0 {
		ev.Ready = backend.ReadyClosed
		m.forget(id)
		return true
	}
	if !s.armed {
		return false
	}
	ev.Ready = decode(found)
	if failed {
		ev.Ready |= backend.ReadyError | backend.ReadyHangUp | backend.ReadyReadable | backend.ReadyWritable
	}
	if ev.Ready = ev.Ready.Mask(s.interest); ev.Ready == 0 {
		m.queueUpdate(id)
		return false
	}
	if s.mode.IsOneshot() {
		s.armed = false
	} else {
		m.queueUpdate(id)
	}
	return true
}
