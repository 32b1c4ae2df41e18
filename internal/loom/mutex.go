package loom

import "sync"

// Mutex is a sync.Mutex.
type Mutex struct {
	// real is what it is outside an exploration.
	real   sync.Mutex
	locked bool
	clock  clock
}

// Lock waits until the mutex is free and takes it.
func (m *Mutex) Lock() {
	t := current.Load()
	if t == nil {
		m.real.Lock()
		return
	}
	if t.m.aborted {
		return
	}
	t.pause("Mutex.Lock", m)
	m.clock.acquire(t)
	m.locked = true
}

// Unlock frees the mutex.
func (m *Mutex) Unlock() {
	t := current.Load()
	if t == nil {
		m.real.Unlock()
		return
	}
	// This is no step: what others do before they see it, they could have done a step earlier.
	if t.m.aborted {
		return
	}
	if !m.locked {
		panic("loom: Unlock of a Mutex that is not locked")
	}
	m.clock.release(t)
	m.locked = false
}

func (m *Mutex) over() bool { return !m.locked }
