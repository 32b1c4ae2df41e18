package simnet

// What tests compare with: the system's own errors.
var (
	ErrReset    = errReset
	ErrTimedOut = errTimedOut
)
