package simnet

// What tests compare with: the system's own errors.
var (
	ErrReset        = errReset
	ErrNotConnected = errNotConnected
	ErrTimedOut     = errTimedOut
)
