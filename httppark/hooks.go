package httppark

import (
	"context"
	"net"
	"net/http"
)

// attach puts this listener's hooks before the server's own. Hooks of several listeners
// lie above one another, and each sees to its own connections only.
func (l *Listener) attach(srv *http.Server) {
	state := srv.ConnState
	l.hook = func(nc net.Conn) {
		if state != nil {
			state(nc, http.StateClosed)
		}
	}
	srv.ConnState = func(nc net.Conn, s http.ConnState) {
		if c := base(nc); c != nil && c.l == l && !c.note(s) {
			return
		}
		if state != nil {
			state(nc, s)
		}
	}
	if make := srv.ConnContext; make != nil {
		// The server asks each time that it accepts a connection, and a user has
		// one context for each connection.
		srv.ConnContext = func(ctx context.Context, nc net.Conn) context.Context {
			c := base(nc)
			if c == nil || c.l != l {
				return make(ctx, nc)
			}
			if c.ctx == nil {
				ctx = make(ctx, nc)
				c.ctx = &ctx
			}
			return *c.ctx
		}
	}
}

// note takes note of what the server says of a connection, and says whether the user is
// to hear it.
func (c *conn) note(s http.ConnState) bool {
	switch s {
	case http.StateNew:
		c.mu.Lock()
		c.flags |= named
		c.mu.Unlock()
		return !c.resumed
	case http.StateActive:
		if c.is(busy) {
			break // as nearly always
		}
		c.mu.Lock()
		if phase(c.phase.Load()) < lingering {
			c.set(busy)
			c.lift()
		}
		c.mu.Unlock()
	case http.StateIdle:
		c.change(busy, idle)
	case http.StateHijacked:
		c.mu.Lock()
		if !c.is(closed) {
			c.set(hijacked)
		}
		c.mu.Unlock()
		c.l.forget(c)
	case http.StateClosed:
		if c.is(left) {
			return !c.l.let(c)
		}
		c.l.forget(c)
	}
	return true
}
