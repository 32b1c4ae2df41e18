//go:build !windows && !plan9

package simnet

import "syscall"

// What package net's errors hold on this system.
var (
	errReset        error = syscall.ECONNRESET
	errPipe         error = syscall.EPIPE
	errRefused      error = syscall.ECONNREFUSED
	errTimedOut     error = syscall.ETIMEDOUT
	errInUse        error = syscall.EADDRINUSE
	errNotHere      error = syscall.EADDRNOTAVAIL
	errNotConnected error = syscall.ENOTCONN
	errUnreachable  error = syscall.EHOSTUNREACH
	errTooLong      error = syscall.EMSGSIZE
)
