package aio

import (
	"errors"
	"io"
	"net"
	"os"
	"time"

	"github.com/goetia-go/goetia"
)

// NewConn takes over a connection of package net: nobody else reads, writes or closes it from
// then on. *net.TCPConn, *net.UnixConn and what implements [goetia.Notifier], such as connections
// of package simnet, become a [Conn]. What else there is, such as *tls.Conn or a wrapper, becomes
// a [Foreign], since only its own methods know how to read it.
func (l *Loop) NewConn(nc net.Conn) (Stream, error) {
	switch c := nc.(type) {
	case *net.TCPConn:
		return stream(newConn(l, c))
	case *net.UnixConn:
		return stream(newConn(l, c))
	case nil:
		return nil, errUnsupported("a stream", nc)
	case goetia.Notifier:
		return stream(softConn(l, nc))
	}
	return NewForeign(nc), nil
}

// NewFile takes over a file: nobody else reads, writes or closes it from then on. A pipe, a
// FIFO, a terminal or a device that is in non-blocking mode, as those are that package os has
// opened on Unix, becomes a [Conn]; what else there is becomes a [Foreign]. Mode and flags of
// the open file stay as they are: they would be those of other processes, too.
func (l *Loop) NewFile(f *os.File) (Stream, error) {
	if !pollable(f) {
		return NewForeign(f), nil
	}
	c, err := newConn(l, f)
	if err != nil {
		// The mechanism may not serve this kind, as kqueue some devices.
		return NewForeign(f), nil
	}
	return c, nil
}

// pollable says whether a file is in non-blocking mode.
func pollable(f *os.File) bool {
	return nonblockingFiles && !errors.Is(f.SetReadDeadline(time.Time{}), os.ErrNoDeadline) &&
		!errors.Is(f.SetWriteDeadline(time.Time{}), os.ErrNoDeadline)
}

// stream keeps a nil pointer from becoming an interface that is not nil.
func stream(c *Conn, err error) (Stream, error) {
	if err != nil {
		return nil, err
	}
	return c, nil
}

// Detach gives back what is beneath: a *net.TCPConn, *net.UnixConn or *os.File. It is open and as
// good as new, with the settings that it has; the Conn is closed, and whoever waits for it fails
// with net.ErrClosed. On Unix, a connection that the Loop has accepted or dialed needs two more descriptors
// for a moment. On Windows it fails while what was written has not been flushed, or
// what was peeked at has not been read. If it fails, it has changed nothing.
func (c *Conn) Detach() (io.ReadWriteCloser, error) { return c.detach() }

// Detach gives back the listener beneath, as [Conn.Detach] does.
func (a *Listener) Detach() (net.Listener, error) {
	if !a.close() {
		return nil, a.fail(net.ErrClosed)
	}
	return a.nl, a.nl.SetDeadline(time.Time{})
}
