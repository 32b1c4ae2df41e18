package sim

import (
	"errors"
	"io"

	"github.com/goetia-go/goetia/internal/backend"
)

// Errors of the ends of a simulated stream.
var (
	ErrWouldBlock = errors.New("sim: would block")
	ErrReset      = errors.New("sim: connection reset")
	ErrEnded      = errors.New("sim: use of a closed end")
)

// Capacity is how many bytes may be under way in one direction.
const Capacity = 64 << 10

// End is one end of a simulated stream, which never blocks.
type End struct {
	*Source
	peer *End
	// in holds what was sent to this end and not yet read.
	in []byte
	// ended: the peer sends no more. reset: the connection is broken.
	ended, reset bool
}

// Pipe makes two connected ends.
func (k *Kernel) Pipe() (*End, *End) {
	k.mu.Lock()
	defer k.mu.Unlock()
	a, b := &End{Source: k.newSource()}, &End{Source: k.newSource()}
	a.peer, b.peer = b, a
	a.update(0)
	b.update(0)
	return a, b
}

// update derives the readiness from the buffers; activity is what has happened
// besides changes of state.
func (e *End) update(activity backend.Readiness) {
	var state backend.Readiness
	if len(e.in) > 0 {
		state |= backend.ReadyReadable
	}
	if len(e.peer.in) < Capacity {
		state |= backend.ReadyWritable
	}
	if e.ended {
		state |= backend.ReadyReadable | backend.ReadyReadClosed
	}
	if e.ended && e.peer.ended {
		state |= backend.ReadyHangUp | backend.ReadyWritable
	}
	if e.reset {
		state |= backend.ReadyReadable | backend.ReadyWritable | backend.ReadyReadClosed |
			backend.ReadyHangUp | backend.ReadyError
	}
	e.become(state, activity|state&^e.state)
}

// Read returns ErrWouldBlock if there is nothing yet, and io.EOF at the end.
func (e *End) Read(p []byte) (int, error) {
	e.k.mu.Lock()
	defer e.k.mu.Unlock()
	switch {
	case !e.open:
		return 0, ErrEnded
	case e.reset:
		return 0, ErrReset
	case len(p) == 0:
		return 0, nil
	case len(e.in) == 0 && e.ended:
		return 0, io.EOF
	case len(e.in) == 0:
		return 0, ErrWouldBlock
	}
	n := copy(p, e.in)
	e.in = append(e.in[:0], e.in[n:]...)
	e.update(0)
	e.peer.update(0)
	return n, nil
}

// Write takes as much as there is room for, and returns ErrWouldBlock if there
// is none. Writing to an end that was closed breaks the connection.
func (e *End) Write(p []byte) (int, error) {
	e.k.mu.Lock()
	defer e.k.mu.Unlock()
	switch {
	case !e.open || e.peer.ended:
		return 0, ErrEnded
	case e.reset:
		return 0, ErrReset
	case !e.peer.open:
		e.breakOff()
		return 0, ErrReset
	}
	n := min(len(p), Capacity-len(e.peer.in))
	if n == 0 && len(p) > 0 {
		return 0, ErrWouldBlock
	}
	e.peer.in = append(e.peer.in, p[:n]...)
	e.peer.update(backend.ReadyReadable)
	e.update(0)
	return n, nil
}

// CloseWrite ends what the peer reads.
func (e *End) CloseWrite() error {
	e.k.mu.Lock()
	defer e.k.mu.Unlock()
	e.finish()
	return nil
}

func (e *End) finish() {
	if e.open && !e.peer.ended {
		e.peer.ended = true
		e.peer.update(0)
		e.update(0)
	}
}

// breakOff makes this end's reads and writes fail.
func (e *End) breakOff() {
	e.reset, e.in = true, nil
	e.update(0)
}

// Reset closes this end and breaks the peer's.
func (e *End) Reset() error {
	e.k.mu.Lock()
	defer e.k.mu.Unlock()
	if e.open {
		e.peer.breakOff()
		e.close()
	}
	return nil
}

// Close ends what the peer reads and frees the number. If something was left
// unread, the peer's connection is broken, as TCP does it.
func (e *End) Close() error {
	e.k.mu.Lock()
	defer e.k.mu.Unlock()
	if !e.open {
		return nil
	}
	if len(e.in) > 0 {
		e.peer.breakOff()
	} else {
		e.finish()
	}
	e.close()
	return nil
}
