// Package sock is the little that the tool needs of non-blocking sockets: make
// one, connect, listen, accept, read, write, close, on Unix and on Windows.
//
// The commands drive these sockets with a Poller. Ordinary net.Conn values
// would do for reading, since a read after a readable event does not block,
// but not for writing: net has no write that gives back the rest, and on
// Windows no raw write either. A program of its own that wants readiness on
// net.Conn values has package goetia for that; here the bare sockets are the
// point.
//
// No call blocks, with the exception of [Resolve].
package sock
