package afd

import (
	"fmt"
	"sync"
	"time"

	"github.com/goetia-go/goetia/internal/backend"
	"github.com/goetia-go/goetia/internal/sys/afd"
)

// machine is the mechanism without Windows: registrations, what is outstanding
// for them, and what is to be reported. All of it is guarded by mu, which is
// never held while the kernel makes somebody wait.
type machine struct {
	mu     sync.Mutex
	k      kernel
	socks  socks
	groups groups
	// byToken finds a registration by its token's index; zero is none.
	byToken []uint32
	// limbo holds, by base socket, deleted registrations whose packet has not
	// come. A new registration of the same socket waits for it.
	limbo map[uintptr]uint32
	// updates are registrations to be looked at before the next dequeue;
	// ready are those with something to report.
	updates, ready queue

	// ids belongs to the goroutine inside Wait.
	ids []uintptr
	// inside says that a Wait is dequeuing; woken that it was sent a wake
	// packet because of inline results.
	inside, woken bool
	// settling keeps the next Wait out of the port. owed says that a wake
	// packet was taken in for which no Wait has returned yet. Changes of
	// inside and settling are announced on turned.
	settling, owed bool
	turned         sync.Cond

	counters backend.Counters
}

func newMachine(k kernel) *machine {
	m := &machine{k: k, limbo: make(map[uintptr]uint32)}
	m.turned.L = &m.mu
	return m
}

// Features implements backend.Backend, but for the resolution, which depends on
// the kernel's timers.
func (m *machine) Features() backend.Features {
	return backend.Features{
		Modes:              backend.Modes(backend.Oneshot, backend.Level, backend.EdgeOneshot),
		Interests:          backend.AllInterests,
		Readiness:          ^backend.Readiness(0),
		ReportsClose:       true,
		ExactConnectFailed: true,
		SocketsOnly:        true,
		Resolution:         16 * time.Millisecond,
	}
}

// Counters implements backend.Counter.
func (m *machine) Counters() backend.Counters {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.counters
}

// Add implements backend.Backend.
func (m *machine) Add(h uintptr, tok, old backend.Token, in backend.Interest, mode backend.Mode) error {
	base, err := m.k.base(h)
	if err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	before, err := m.displaceable(old)
	if err != nil {
		return err
	}
	g, err := m.groups.join(m.k)
	if err != nil {
		return err
	}
	id := m.socks.alloc()
	s := m.socks.at(id)
	s.base, s.token, s.group = base, tok, g
	s.interest, s.mode, s.armed = in, mode, in != 0
	m.bind(tok, id)
	m.update(id)
	if s.failed || s.found&afd.PollLocalClose != 0 {
		err := submitError(s.op.IOStatusBlock.Status())
		m.forget(id)
		return err
	}
	if before != 0 {
		m.forget(before)
	}
	m.wakeForReady()
	return nil
}

func submitError(status afd.Status) error {
	switch status {
	case afd.StatusInvalidHandle, afd.StatusTypeMismatch, afd.StatusSuccess: // success, with LOCAL_CLOSE
		return fmt.Errorf("%w: IOCTL_AFD_POLL: status %#x", backend.ErrBadDescriptor, uint32(status))
	}
	return fmt.Errorf("IOCTL_AFD_POLL: status %#x", uint32(status))
}

// displaceable returns the registration of an old token, if there is one, that
// a new one under the same handle number may replace, or says that the old one
// still stands.
//
// Only an outstanding poll proves that the old socket is open. Without one (it
// has reported, is about to, or is disarmed) it may have been closed and its
// number reused, which nothing in Windows tells apart from a duplicate. To refuse
// a socket that has just been accepted would be worse than to replace a
// registration that somebody added twice.
func (m *machine) displaceable(old backend.Token) (uint32, error) {
	for try := 0; ; try++ {
		id := m.lookup(old)
		if id == 0 || m.socks.at(id).state == idle {
			return id, nil
		}
		// If the old socket was closed, the packet that says so was queued
		// before now. Take in all that was.
		m.settle()
		if id = m.lookup(old); id == 0 || m.socks.at(id).state == idle {
			return id, nil
		}
		// Wine queues it a moment after the socket is closed. But there, too, a poll that
		// has ended cannot be withdrawn, and one that can be was of an open socket; it
		// is submitted again when its packet comes.
		if s := m.socks.at(id); s.state == pending && !m.ended(s) || try == lateTries {
			return 0, backend.ErrExists
		}
		m.mu.Unlock()
		time.Sleep(lateTry)
		m.mu.Lock()
	}
}

// A packet that is near is waited for that often, for so long each time. It comes for certain, and
// takes as long as Wine's server may need on a busy machine.
const (
	lateTries = 1000
	lateTry   = time.Millisecond
)

// Modify implements backend.Backend.
func (m *machine) Modify(_ uintptr, tok backend.Token, in backend.Interest, mode backend.Mode) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	id := m.lookup(tok)
	if id == 0 {
		return backend.ErrNotFound
	}
	s := m.socks.at(id)
	s.interest, s.mode, s.armed = in, mode, in != 0
	s.failed = false
	// What was found is of another time, but for the end.
	s.found &= afd.PollLocalClose
	s.stale = s.state == pending
	if m.inside {
		m.update(id)
		m.wakeForReady()
	} else {
		m.queueUpdate(id)
	}
	return nil
}

// Delete implements backend.Backend.
func (m *machine) Delete(_ uintptr, tok backend.Token) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if id := m.lookup(tok); id != 0 {
		m.forget(id)
	}
	if len(m.limbo) > maxLimbo && !m.inside {
		_ = m.reap() // the next Wait meets the same error
	}
	return nil
}

// maxLimbo is how many deleted registrations may await their packets before a
// Delete fetches those itself; otherwise a program that adds and deletes without
// waiting would pile them up.
const maxLimbo = 256

// forget deletes a registration: at once, or when the kernel and the queues are
// done with it.
func (m *machine) forget(id uint32) {
	s := m.socks.at(id)
	m.bind(s.token, 0)
	s.deleted, s.armed = true, false
	if s.waiting {
		if before := m.limbo[s.base]; before != 0 && m.socks.at(before).successor == id {
			m.socks.at(before).successor = 0
		}
		s.waiting = false
	}
	if s.state == pending {
		m.cancel(s)
	}
	if s.state != idle && m.limbo[s.base] == 0 {
		m.limbo[s.base] = id
	}
	m.release(id)
}

// release frees a deleted registration once nothing refers to it.
func (m *machine) release(id uint32) {
	s := m.socks.at(id)
	if !s.deleted || s.state != idle || s.updating || s.ready {
		return
	}
	m.groups.leave(m.k, s.group)
	m.socks.release(id)
}

// Wait implements backend.Backend.
func (m *machine) Wait(events []backend.Event, timeout time.Duration) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for m.settling {
		m.turned.Wait()
	}
	m.drainUpdates()
	if m.ready.len() > 0 || m.updates.len() > 0 || m.owed {
		// There is something to report already, or to look at once more. Look
		// at the port all the same: sources that are always ready must not
		// starve the others.
		timeout = 0
	}
	m.owed = false
	if err := m.dequeue(max(len(events), minPackets), timeout); err != nil {
		return 0, err
	}
	n := 0
	for n < len(events) {
		id, ok := m.ready.pop()
		if !ok {
			break
		}
		if m.report(id, &events[n]) {
			n++
		}
	}
	return n, nil
}

// minPackets and maxPackets bound how many packets one call dequeues. More than
// there is room for is kept in the ready queue.
const minPackets, maxPackets = 64, 1024

// dequeue takes packets in, with mu released while the port is waited for.
func (m *machine) dequeue(room int, timeout time.Duration) error {
	if room = min(room, maxPackets); room > len(m.ids) {
		m.ids = make([]uintptr, room)
	}
	m.inside, m.woken = true, false
	m.mu.Unlock()
	n, err := m.k.dequeue(m.ids[:room], timeout)
	m.mu.Lock()
	m.inside = false
	m.take(m.ids[:n]) // wakes are answered by this return
	m.turned.Broadcast()
	return err
}

// reap takes in what the port holds now, for those who may not wait. Nobody may
// be inside, and mu is held throughout, so nobody can get there.
func (m *machine) reap() error {
	var ids [minPackets]uintptr
	for {
		n, err := m.k.dequeue(ids[:], 0)
		m.owed = m.take(ids[:n]) || m.owed
		if err != nil || n < len(ids) {
			return err
		}
	}
}

// take takes one call's packets in and says whether there was a wake among them.
func (m *machine) take(ids []uintptr) (woken bool) {
	m.counters.Waits++
	for _, id := range ids {
		if id == 0 {
			woken = true
			continue
		}
		m.counters.Completions++
		m.complete(uint32(id))
	}
	return woken
}

// settle returns when every packet that was queued before the call has been
// taken in. It gets whoever is inside out, keeps the next one out, and empties
// the port by itself.
func (m *machine) settle() {
	m.settling = true
	defer func() {
		m.settling = false
		m.turned.Broadcast()
	}()
	if m.inside && m.k.wake() != nil {
		return
	}
	for m.inside {
		m.turned.Wait()
	}
	_ = m.reap()
}

// Notify implements backend.Backend.
func (m *machine) Notify() error { return m.k.wake() }

func (m *machine) lookup(tok backend.Token) uint32 {
	i := tok.Index()
	if int(i) >= len(m.byToken) {
		return 0
	}
	id := m.byToken[i]
	if id == 0 || m.socks.at(id).token != tok {
		return 0
	}
	return id
}

// bind makes a token's index lead to a registration, or (zero) to none.
func (m *machine) bind(tok backend.Token, id uint32) {
	i := int(tok.Index())
	for i >= len(m.byToken) {
		m.byToken = append(m.byToken, 0)
	}
	m.byToken[i] = id
}
