package aio

import (
	"errors"
	"net"
	"os"
	"time"
)

// softConn makes a Conn of a connection that has no descriptor and tells its readiness
// itself. It is not asked for anything before it has said that it is ready, and is given a
// deadline in case that was a mistake.
func softConn(l *Loop, nc net.Conn) (*Conn, error) {
	src, err := l.r.RegisterConn(nc)
	if err != nil {
		return nil, err
	}
	c := new(Conn)
	c.stand(nc, nil)
	c.bits.Or(soft)
	c.open(l, src)
	return c, nil
}

// softRead reads what is there.
func (c *Conn) softRead(b []byte, peek, told bool) (int, error) {
	switch {
	case peek:
		return 0, errUnsupported("Peek", c.on.nc)
	case !told:
		return 0, errAgain
	}
	_ = c.on.nc.SetReadDeadline(soon()) // if it fails, so does reading
	defer func() { _ = c.on.nc.SetReadDeadline(time.Time{}) }()
	n, err := c.on.nc.Read(b)
	if n > 0 {
		return n, nil
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return 0, errAgain
	}
	return 0, err
}

// softPortion is how much is written at once: there should be room for that.
const softPortion = 2 << 10

// softWrite writes what there is room for.
func (c *Conn) softWrite(b []byte, told bool) (int, error) {
	if !told {
		return 0, errAgain
	}
	_ = c.on.nc.SetWriteDeadline(soon()) // if it fails, so does writing
	defer func() { _ = c.on.nc.SetWriteDeadline(time.Time{}) }()
	n, err := c.on.nc.Write(b[:min(len(b), softPortion)])
	if n > 0 {
		return n, nil
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return 0, errAgain
	}
	return 0, err
}
