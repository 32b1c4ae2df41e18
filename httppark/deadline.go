package httppark

import "time"

// began makes times numbers. Zero stands for no time.
var began = time.Now()

func now() int64 { return int64(time.Since(began)) }

func number(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	n := int64(t.Sub(began))
	if n == 0 {
		n = 1
	}
	return n
}

func moment(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return began.Add(time.Duration(n))
}

// longAgo is a deadline that has passed.
var longAgo = time.Unix(1, 0)

// past says whether a time has passed, if it is one.
func (c *conn) past(n int64) bool { return n != 0 && n <= now() }

// sooner is the earlier of two times, of which each may be none.
func sooner(a, b int64) int64 {
	if a == 0 || b != 0 && b < a {
		return b
	}
	return a
}

// apply gives the inner connection its read deadline, with the lock held. Taking away what is
// not there, which the server does some times for each request, costs nothing.
func (c *conn) apply() error {
	due := c.deadline
	if c.flags&guarded != 0 {
		due = sooner(due, c.limit)
	}
	if due == 0 && c.flags&reading == 0 {
		return nil
	}
	c.flag(reading, due != 0)
	return c.inner.SetReadDeadline(moment(due))
}

// rest takes the inner connection's read deadline away, with the lock held. If that
// fails the connection is closed.
func (c *conn) rest() {
	if c.flags&reading != 0 {
		c.flags &^= reading
		_ = c.inner.SetReadDeadline(time.Time{})
	}
}

// guard has the limit hold for reads.
func (c *conn) guard() {
	c.got = 0
	if c.limit != 0 {
		c.flags |= guarded
		_ = c.apply() // it fails for a closed connection only
	}
}

// lift ends the guard.
func (c *conn) lift() {
	if c.flags&guarded != 0 {
		c.flags &^= guarded
		_ = c.apply()
	}
}

// SetReadDeadline is that of net.Conn.
func (c *conn) SetReadDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch phase(c.phase.Load()) {
	case hijacked:
		return c.inner.SetReadDeadline(t)
	case idle:
		c.set(poised)
	case poised:
		c.set(busy)
	case kicked:
		c.deadline = number(t) // Read applies it
		return nil
	}
	c.deadline = number(t)
	if c.flags&guarded != 0 || t.IsZero() {
		return c.apply()
	}
	c.flags |= reading
	return c.inner.SetReadDeadline(t) // as it is, which is cheaper than to and fro
}

// SetWriteDeadline is that of net.Conn.
func (c *conn) SetWriteDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.setWrite(t)
}

func (c *conn) setWrite(t time.Time) error {
	if t.IsZero() && c.flags&writing == 0 && !c.is(hijacked) {
		return nil
	}
	if c.is(leaving) {
		return nil // with a WriteTimeout the server sets one after it was told of the end
	}
	err := c.inner.SetWriteDeadline(t)
	if err == nil {
		c.flag(writing, !t.IsZero())
	}
	return err
}

// SetDeadline is that of net.Conn.
func (c *conn) SetDeadline(t time.Time) error {
	err := c.SetReadDeadline(t)
	c.mu.Lock()
	defer c.mu.Unlock()
	if e := c.setWrite(t); err == nil {
		err = e
	}
	return err
}
