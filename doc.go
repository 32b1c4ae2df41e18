// Package goetia is the front page of a module about readiness: being told that
// a socket can be read or written, on every operating system, without a
// goroutine or a buffer for each idle connection.
//
// The work is done in package [github.com/goetia-go/goetia/poll], whose Poller
// asks epoll on Linux, the Auxiliary Function Driver on Windows and poll(2) on
// other Unixes. This package holds no code yet: a reactor over ordinary net.Conn
// values is to come here, on top of the Poller.
package goetia
