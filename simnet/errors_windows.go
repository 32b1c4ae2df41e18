package simnet

import "syscall"

// What package net's errors hold on this system: WinSock's, which are not those that
// package syscall names in the manner of Unix.
var (
	errReset        error = syscall.WSAECONNRESET
	errPipe         error = syscall.WSAECONNABORTED
	errRefused      error = syscall.Errno(10061) // WSAECONNREFUSED
	errTimedOut     error = syscall.Errno(10060) // WSAETIMEDOUT
	errInUse        error = syscall.Errno(10048) // WSAEADDRINUSE
	errNotHere      error = syscall.Errno(10049) // WSAEADDRNOTAVAIL
	errNotConnected error = syscall.Errno(10057) // WSAENOTCONN
	errUnreachable  error = syscall.Errno(10065) // WSAEHOSTUNREACH
	errTooLong      error = syscall.Errno(10040) // WSAEMSGSIZE
)
