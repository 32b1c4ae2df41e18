package epoll

import "github.com/goetia-go/goetia/internal/backend"

// The kernel's bits, the same on every architecture (linux/eventpoll.h).
const (
	epollIn      = 0x1
	epollPri     = 0x2
	epollOut     = 0x4
	epollErr     = 0x8
	epollHup     = 0x10
	epollRdHup   = 0x2000
	epollOneshot = 1 << 30
	epollEdge    = 1 << 31
)

// encode turns interest and mode into the bits of a registration.
func encode(in backend.Interest, mode backend.Mode) uint32 {
	if in == 0 {
		return epollEdge | epollOneshot
	}
	var bits uint32
	if in&backend.Readable != 0 {
		bits |= epollIn | epollRdHup
	}
	if in&backend.Writable != 0 {
		bits |= epollOut
	}
	if in&backend.Priority != 0 {
		bits |= epollPri
	}
	if mode == backend.Edge || mode == backend.EdgeOneshot {
		bits |= epollEdge
	}
	if mode.IsOneshot() {
		bits |= epollOneshot
	}
	return bits
}

// decode turns the bits of an event into readiness. The Poller removes what
// was not asked for. It is looked up: this is done for every event, and what
// else is done for one takes no longer than the questions that spell asks.
func decode(bits uint32) backend.Readiness { return decoded[packed(bits)] }

// packed moves the bits that matter into a table's index.
func packed(bits uint32) uint32 {
	return bits&(epollIn|epollPri|epollOut|epollErr|epollHup) | bits&epollRdHup>>8
}

var decoded = func() (table [64]backend.Readiness) {
	for low := range uint32(0x20) {
		table[packed(low)] = spell(low)
		table[packed(low|epollRdHup)] = spell(low | epollRdHup)
	}
	return table
}()

func spell(bits uint32) backend.Readiness {
	var r backend.Readiness
	if bits&epollIn != 0 {
		r |= backend.ReadyReadable
	}
	if bits&epollOut != 0 {
		r |= backend.ReadyWritable
	}
	if bits&epollPri != 0 {
		r |= backend.ReadyPriority
	}
	if bits&epollRdHup != 0 {
		r |= backend.ReadyReadClosed | backend.ReadyReadable
	}
	if bits&epollHup != 0 {
		r |= backend.ReadyHangUp | backend.ReadyReadClosed
	}
	if bits&epollErr != 0 {
		r |= backend.ReadyError
	}
	if bits&(epollHup|epollErr) != 0 {
		// Neither a read nor a write will block any more.
		r |= backend.ReadyReadable | backend.ReadyWritable
	}
	if bits&(epollHup|epollErr) == epollHup|epollErr {
		r |= backend.ReadyConnectFailed
	}
	return r
}
