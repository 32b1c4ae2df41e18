//go:build !unix

package aio

import "net"

// adopt makes a Conn of what was just opened, or closes it.
func (l *Loop) adopt(nc net.Conn) (*Conn, error) { return l.stand(nc) }

// ways is how a Listener accepts: by way of package net.
//
//lint:ignore U1000 a Listener has it so that it can be something on Unix
type ways struct{}

func (*Listener) know(*net.ListenConfig) {}

// arrival is a connection that was accepted, without a Conn.
type arrival struct{ nc net.Conn }

func (n arrival) conn(l *Loop) (*Conn, error) { return l.adopt(n.nc) }

// accept is called when there is a connection to accept.
func (a *Listener) accept() (n arrival, err error) {
	n.nc, err = a.acceptNet()
	return n, err
}
