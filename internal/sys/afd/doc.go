// Package afd binds the part of Windows' Auxiliary Function Driver that polls
// sockets: the structures, constants and system calls, and no policy.
//
// The layouts and constants carry no build tags, so that every host checks
// them. They are not documented by Microsoft; they are the ones that public
// implementations (wepoll, mio, libuv) have relied on since Windows Vista.
package afd
