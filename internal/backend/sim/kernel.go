package sim

import (
	"sync"

	"github.com/goetia-go/goetia/internal/backend"
)

// Kernel holds the sources. The zero value is ready to use.
type Kernel struct {
	mu sync.Mutex
	// sources by number, nil where a number is free.
	sources []*Source
	// made counts them.
	made uint64
}

// first is the lowest number, so that zero is never a source.
const first = 3

// NewSource makes a source with the lowest free number. It is not ready for
// anything.
func (k *Kernel) NewSource() *Source {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.newSource()
}

func (k *Kernel) newSource() *Source {
	k.made++
	s := &Source{k: k, open: true, inode: k.made}
	for i, other := range k.sources {
		if other == nil {
			s.h = uintptr(i + first)
			k.sources[i] = s
			return s
		}
	}
	s.h = uintptr(len(k.sources) + first)
	k.sources = append(k.sources, s)
	return s
}

// lookup returns the open source with number h, or nil.
func (k *Kernel) lookup(h uintptr) *Source {
	if h < first || h-first >= uintptr(len(k.sources)) {
		return nil
	}
	return k.sources[h-first]
}

// Source is something whose readiness the test decides.
type Source struct {
	k    *Kernel
	h    uintptr
	open bool
	// inode is never used again, unlike h.
	inode uint64
	// state is what is the case now.
	state backend.Readiness
	watch []*registration
}

// Inode is a number that no other source of the Kernel has had or will have.
func (s *Source) Inode() uint64 { return s.inode }

// Handle is the source's number.
func (s *Source) Handle() uintptr { return s.h }

// Ready is what the source is ready for.
func (s *Source) Ready() backend.Readiness {
	s.k.mu.Lock()
	defer s.k.mu.Unlock()
	return s.state
}

// SetReadable says whether there is something to read. Saying so again is "more
// has arrived": edge-triggered registrations report it.
func (s *Source) SetReadable(on bool) { s.set(backend.ReadyReadable, on) }

// SetWritable says whether there is room to write, as SetReadable.
func (s *Source) SetWritable(on bool) { s.set(backend.ReadyWritable, on) }

// SetPriority says whether there is out-of-band data, as SetReadable.
func (s *Source) SetPriority(on bool) { s.set(backend.ReadyPriority, on) }

// EndStream says that the peer has finished sending.
func (s *Source) EndStream() { s.set(backend.ReadyReadable|backend.ReadyReadClosed, true) }

// HangUp says that both directions are finished.
func (s *Source) HangUp() {
	s.set(backend.ReadyReadable|backend.ReadyWritable|backend.ReadyReadClosed|backend.ReadyHangUp, true)
}

// Fail says that an error is pending.
func (s *Source) Fail() {
	s.set(backend.ReadyReadable|backend.ReadyWritable|backend.ReadyError, true)
}

// FailConnect says that a connection attempt has failed.
func (s *Source) FailConnect() {
	s.set(backend.ReadyReadable|backend.ReadyWritable|backend.ReadyError|backend.ReadyHangUp|backend.ReadyConnectFailed, true)
}

func (s *Source) set(bits backend.Readiness, on bool) {
	s.k.mu.Lock()
	defer s.k.mu.Unlock()
	if on {
		s.become(s.state|bits, bits)
	} else {
		s.become(s.state&^bits, 0)
	}
}

// become replaces the state; activity is what has happened, whether or not it
// was the case before.
func (s *Source) become(state, activity backend.Readiness) {
	if !s.open {
		return
	}
	s.state = state
	for _, r := range s.watch {
		r.activity |= activity
		r.consider()
	}
}

// Close frees the number. Registrations that are still there end as a
// mechanism's Features say. Calls after the first do nothing.
func (s *Source) Close() {
	s.k.mu.Lock()
	defer s.k.mu.Unlock()
	s.close()
}

func (s *Source) close() {
	if !s.open {
		return
	}
	s.open = false
	s.k.sources[s.h-first] = nil
	watch := s.watch
	s.watch = nil
	for _, r := range watch {
		if r.p.config.ReportsClose && r.armed {
			r.consider() // its source is closed: there is that to report
			continue
		}
		r.p.forget(r)
	}
}

// Lookup returns the open source with number h, or nil.
func (k *Kernel) Lookup(h uintptr) *Source {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.lookup(h)
}
