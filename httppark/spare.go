package httppark

import (
	"os"
	"sync"
)

// spare is a descriptor that is closed when there are no others, so that a thin connection, which
// takes one more for a moment, gets its net.TCPConn back in a process that is at its limit. Nothing
// else is locked by who holds its lock but what is locked nowhere else.
type spare struct {
	mu   sync.Mutex
	file *os.File
	// over: the listener is closed, and will not need it.
	over bool
}

// keep opens it if there is none. Who is refused tries again on the next occasion.
func (s *spare) keep() {
	s.mu.Lock()
	s.open()
	s.mu.Unlock()
}

// give closes it, and says whether there was one. Then it is locked until back, so that only
// one at a time counts on what has become free.
func (s *spare) give() bool {
	s.mu.Lock()
	if s.file == nil {
		s.mu.Unlock()
		return false
	}
	s.shut()
	return true
}

// back ends what give has begun, once a descriptor is free again.
func (s *spare) back() {
	s.open()
	s.mu.Unlock()
}

// end closes it for good.
func (s *spare) end() {
	s.mu.Lock()
	s.over = true
	s.shut()
	s.mu.Unlock()
}

// open and shut are called with the lock held.

func (s *spare) open() {
	if s.file == nil && !s.over {
		s.file, _ = os.Open(os.DevNull)
	}
}

func (s *spare) shut() {
	if s.file != nil {
		_ = s.file.Close()
		s.file = nil
	}
}
