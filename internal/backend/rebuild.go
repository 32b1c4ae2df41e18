package backend

import "iter"

// Rebuilder is implemented by mechanisms whose kernel can go on reporting a
// registration that nobody can delete any more. The Poller asks for a rebuild
// when the events of a token that it has dropped keep coming.
type Rebuilder interface {
	// Rebuild starts afresh with the registrations given. It is called under
	// the rules of Add, and while no Wait is in progress. Registrations that
	// the kernel no longer knows are left out. After an error everything is as
	// it was.
	Rebuild(live iter.Seq[Registration]) error
}

// Registration is what the Poller knows of one.
type Registration struct {
	Handle   uintptr
	Token    Token
	Interest Interest
	Mode     Mode
	// Armed is false for a oneshot registration that has reported.
	Armed bool
}
