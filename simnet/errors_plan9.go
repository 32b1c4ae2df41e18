package simnet

import "errors"

// This system's package net has no numbers for these.
var (
	errReset        = errors.New("connection reset")
	errPipe         = errors.New("write on closed connection")
	errRefused      = errors.New("connection refused")
	errTimedOut     = errors.New("connection timed out")
	errInUse        = errors.New("address in use")
	errNotHere      = errors.New("address not available")
	errNotConnected = errors.New("not connected")
	errUnreachable  = errors.New("no route")
	errTooLong      = errors.New("message too long")
)
