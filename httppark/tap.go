package httppark

import (
	"bufio"
	"net"
	"net/http"
)

// Tap lets a program have the connection that a library hijacks and keeps to itself. The
// library is given the writer that Tap returns; after it has hijacked, conn returns the
// connection, or nil if it has not:
//
//	tapped, conn := httppark.Tap(w)
//	ws, err := websocket.Accept(tapped, r, nil)
//	...
//	_, err = parker.Park(conn(), nil, func(net.Conn) error { return message(ws) })
//
// The library goes on to read, from the reader that came with the connection: what that
// holds counts as readable ([goetia.Bufferer]).
func Tap(w http.ResponseWriter) (tapped http.ResponseWriter, conn func() net.Conn) {
	t := &tap{ResponseWriter: w}
	return t, func() net.Conn {
		if t.conn == nil {
			return nil
		}
		return &ahead{t.conn, t.reader}
	}
}

type tap struct {
	http.ResponseWriter
	conn   net.Conn
	reader *bufio.Reader
}

// Hijack implements http.Hijacker.
func (t *tap) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	c, rw, err := http.NewResponseController(t.ResponseWriter).Hijack()
	if err == nil {
		t.conn, t.reader = c, rw.Reader
	}
	return c, rw, err
}

// Unwrap is for http.ResponseController.
func (t *tap) Unwrap() http.ResponseWriter { return t.ResponseWriter }

// ahead is a connection that somebody reads through a reader.
type ahead struct {
	net.Conn
	reader *bufio.Reader
}

// Buffered implements [goetia.Bufferer].
func (c *ahead) Buffered() int { return c.reader.Buffered() }

// Read reads through the reader.
func (c *ahead) Read(p []byte) (int, error) { return c.reader.Read(p) }

// NetConn returns the connection beneath.
func (c *ahead) NetConn() net.Conn { return c.Conn }
