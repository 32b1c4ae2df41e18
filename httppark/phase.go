package httppark

// phase is what a connection does, as far as this package can tell from what the server
// calls. The order of the server's calls in net/http is:
//
//	Accept, StateNew                 fresh
//	Read ... first bytes             starting, busy
//	StateActive, the handler runs    busy
//	StateIdle                        idle
//	SetReadDeadline                  poised
//	Read                             lingering, or busy if its buffer is not empty
//
// Whether the server's buffer is empty is told by the room that it offers to Read (see
// assumptions). A request of which more than three bytes are there is told by another
// SetReadDeadline before the next Read. So lingering means that the server holds
// nothing of this connection that cannot be made anew.
type phase uint32

const (
	// fresh: the server has it and has not been given a byte since.
	fresh phase = iota
	// starting: the server was given too few bytes for its own deadlines to hold.
	starting
	// busy: it has a request, or a part of one.
	busy
	// idle: the server says that it is idle.
	idle
	// poised: the server has set the deadline for the next request to begin.
	poised
	// lingering: the server reads, and has nothing.
	lingering
	// kicked: that Read was told to come back.
	kicked
	// leaving: the server has been told that the connection has ended.
	leaving
	// left: the server has closed it, and has not said so yet (StateClosed).
	left
	// parked: nobody but the Reactor knows it.
	parked
	// queued: bytes have come, and it waits for the server to accept it again.
	queued
	// hijacked: it is the handler's own.
	hijacked
	// closed: it is closed.
	closed
)
