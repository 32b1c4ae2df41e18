// Package nobody has an address at which nobody listens, for tests of what is refused.
package nobody

import "net"

// Reserve returns a TCP address at which nobody listens, and nobody can until release is called: that
// of a connection, which was made from there. A port that was closed could be somebody else's by now.
func Reserve() (addr string, release func(), err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		l.Close()
		return "", nil, err
	}
	return c.LocalAddr().String(), func() { c.Close(); l.Close() }, nil
}
