package aio

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"time"

	"github.com/goetia-go/goetia"
	"github.com/goetia-go/goetia/poll"
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
// the open file stay as they are: they would be those of other processes, too. It fails with
// os.ErrClosed if the file is closed, os.ErrInvalid if it is nil, and, if it would become a Conn, with
// [poll.ErrClosed] if the Loop is.
func (l *Loop) NewFile(f *os.File) (Stream, error) {
	pollable, err := pollable(f)
	if err != nil {
		return nil, fmt.Errorf("aio: %w", err)
	}
	if !pollable {
		return NewForeign(f), nil
	}
	c, err := newConn(l, f)
	switch {
	case errors.Is(err, poll.ErrClosed), errors.Is(err, poll.ErrExists):
		return nil, err
	case err != nil:
		// The mechanism may not serve this kind, as kqueue some devices.
		return NewForeign(f), nil
	}
	return c, nil
}

// pollable says whether a file is in non-blocking mode, and fails if it is none.
func pollable(f *os.File) (bool, error) {
	if f == nil {
		return false, os.ErrInvalid
	}
	for _, set := range []func(time.Time) error{f.SetReadDeadline, f.SetWriteDeadline} {
		if err := set(time.Time{}); errors.Is(err, os.ErrNoDeadline) {
			return false, nil
		} else if err != nil {
			return false, os.ErrClosed // package os has an error of its own for that here
		}
	}
	return nonblockingFiles, nil
}

// stream keeps a nil pointer from becoming an interface that is not nil.
func stream(c *Conn, err error) (Stream, error) {
	if err != nil {
		return nil, err
	}
	return c, nil
}

// Detach gives back what is beneath: a *net.TCPConn, *net.UnixConn or *os.File. It is open and as
// good as new, with the settings that it has, but that a *net.TCPConn of a connection that has ended
// may not know its RemoteAddr any more, which is nil then; the Conn still does. The Conn is closed,
// and whoever waits for it fails with net.ErrClosed. On Unix, a connection that the Loop has
// accepted or dialed needs two more descriptors for a moment. On Windows it fails while what was written has not been flushed, or
// what was peeked at has not been read. If it fails, it has changed nothing.
func (c *Conn) Detach() (io.ReadWriteCloser, error) { return c.detach() }

// errBusy is what Detach and MoveTo fail with.
var errBusy = errors.New("aio: what was written is not yet with the system, or what was looked at not read: Flush and Read first")

// MoveTo has a Conn be one of another Loop, as a server does that shares its connections out. Nothing
// that was sent or received is lost. The Conn that it is called on is closed, and whoever waits for
// it fails with net.ErrClosed; nobody may use it meanwhile. If it fails then the connection is closed
// too, but for a Conn on Windows of which something was not flushed or not read ([Conn.Detach]).
func (c *Conn) MoveTo(l *Loop) (*Conn, error) {
	if c.busy() {
		return nil, errBusy
	}
	if !c.close() {
		return nil, c.fail("move", net.ErrClosed)
	}
	return c.move(l)
}

// stand makes a Conn that stands on what somebody else has made, or closes that.
func (l *Loop) stand(on beneath) (c *Conn, err error) {
	switch d := on.(type) {
	case goetia.Notifier:
		c, err = softConn(l, on.(net.Conn))
	case descriptor:
		c, err = newConn(l, d)
	default:
		err = errUnsupported("a descriptor", on)
	}
	if err != nil {
		return nil, errors.Join(err, on.Close())
	}
	return c, nil
}

// Detach gives back the listener beneath, as [Conn.Detach] does.
func (a *Listener) Detach() (net.Listener, error) {
	if !a.close() {
		return nil, a.fail(net.ErrClosed)
	}
	return a.nl, a.nl.SetDeadline(time.Time{})
}
