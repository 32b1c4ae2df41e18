package afd

import (
	"errors"
	"fmt"
	"time"
)

// drainLimit bounds how long Close waits for the driver to let go of cancelled
// polls, which takes microseconds.
const drainLimit = 10 * time.Second

// Close implements backend.Backend: it withdraws every poll, takes in every
// packet, and only then closes the handles and lets go of the memory.
func (m *machine) Close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, id := range m.byToken {
		if id != 0 {
			m.forget(id)
		}
	}
	var drain error
	for end := time.Now().Add(drainLimit); m.counters.Outstanding > 0 && drain == nil; {
		left := time.Until(end)
		if left <= 0 {
			drain = fmt.Errorf("afd: %d polls were not given back within %v of being cancelled", m.counters.Outstanding, drainLimit)
			break
		}
		drain = m.dequeue(maxPackets, left)
	}
	device := m.groups.closeAll(m.k)
	port := m.k.close()
	if m.counters.Outstanding == 0 {
		m.socks.unpin()
	}
	// Otherwise the kernel may still write: the pages stay pinned for good (see
	// kept), which leaks them and harms nobody.
	return errors.Join(drain, device, port)
}
