package goetia

import (
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
	"time"

	"github.com/goetia-go/goetia/poll"
)

// Observed is a connection whose layers are made known: it finds out what they hold. It is
// made by [Observe]. Its methods are safe for concurrent use, as those of the connection
// are.
type Observed struct {
	net.Conn

	// mu is held by Read and Buffered.
	mu sync.Mutex
	// byte is what Buffered had to take, if have.
	byte byte
	have bool
	// err is what Buffered met instead.
	err error

	deadline struct {
		sync.Mutex
		t time.Time
	}
}

// Observe wraps a connection that reads ahead of its reader and does not say so, such
// as a TLS or compression layer that is not of the standard library, so that
// [AfterReadable] does not park on bytes that are here. All reads and read deadlines must
// from then on go through what is returned; it is asked for readiness, too. A
// handshake must be over. A read deadline that conn had before is lost, since nobody can ask what
// it was.
//
// To find out, it reads one byte with a deadline that has passed, and keeps that
// for the next Read. So conn must honour deadlines as package net's connections do, and a
// read that timed out must not spoil it. It fails with poll.ErrUnsupported if there is
// no descriptor beneath.
func Observe(conn net.Conn) (*Observed, error) {
	if conn == nil {
		return nil, fmt.Errorf("goetia: nil connection: %w", poll.ErrInvalid)
	}
	o := &Observed{Conn: conn}
	if _, err := resolve(o); err != nil {
		return nil, err
	}
	return o, nil
}

// NetConn returns the connection that is observed. Reading from it loses a byte.
func (o *Observed) NetConn() net.Conn { return o.Conn }

// Read implements net.Conn.
func (o *Observed) Read(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case len(b) == 0:
		return 0, nil
	case o.have:
		b[0], o.have = o.byte, false
		return 1, nil
	case o.err != nil:
		err := o.err
		o.err = nil
		return 0, err
	}
	return o.Conn.Read(b)
}

// Buffered implements [Bufferer].
func (o *Observed) Buffered() int {
	if !o.mu.TryLock() {
		return 0 // somebody reads, and gets what there is
	}
	defer o.mu.Unlock()
	if !o.have && o.err == nil {
		o.look()
	}
	if o.have || o.err != nil {
		return 1
	}
	return 0
}

// longAgo is a deadline that has passed.
var longAgo = time.Unix(1, 0)

func (o *Observed) look() {
	o.deadline.Lock()
	defer o.deadline.Unlock()
	if o.Conn.SetReadDeadline(longAgo) != nil {
		return // it is closed, which the descriptor tells
	}
	var one [1]byte
	n, err := o.Conn.Read(one[:])
	if n > 0 {
		o.byte, o.have = one[0], true
	}
	if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
		o.err = err
	}
	// If the deadline cannot be set again, the connection is closed.
	_ = o.Conn.SetReadDeadline(o.deadline.t)
}

// SetDeadline implements net.Conn.
func (o *Observed) SetDeadline(t time.Time) error {
	o.deadline.Lock()
	defer o.deadline.Unlock()
	o.deadline.t = t
	return o.Conn.SetDeadline(t)
}

// SetReadDeadline implements net.Conn.
func (o *Observed) SetReadDeadline(t time.Time) error {
	o.deadline.Lock()
	defer o.deadline.Unlock()
	o.deadline.t = t
	return o.Conn.SetReadDeadline(t)
}
