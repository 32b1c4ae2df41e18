package httppark

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/goetia-go/goetia"
)

// Parker parks connections that handlers have hijacked, such as WebSockets, between their
// messages: a connection that is silent costs neither a goroutine nor a buffer, and when
// bytes come a function is called that reads one message.
//
// The zero value will do. The fields must not be changed once it is in use. Its methods are
// safe for concurrent use. [http.Server.RegisterOnShutdown] can be given Close.
type Parker struct {
	// Reactor watches the connections; nil means [goetia.Default].
	Reactor *goetia.Reactor
	// MessageTimeout is how long one call may read: a client that has sent half a
	// message and no more has a goroutine for that long, and is then cut off, since
	// the read fails. Nobody else waits for it meanwhile. Zero means no limit.
	MessageTimeout time.Duration
	// IdleTimeout is how long a connection may be silent. Zero means no limit.
	IdleTimeout time.Duration
	// Closed, if not nil, is called once for each connection, after it was closed here:
	// with what serve has returned, os.ErrDeadlineExceeded after IdleTimeout, or
	// net.ErrClosed.
	Closed func(net.Conn, error)

	resumes atomic.Uint64
	mu      sync.Mutex
	first   *Parked
	n       int
	closed  bool
}

// Parked is a connection of a [Parker].
type Parked struct {
	p          *Parker
	conn       net.Conn
	serve      func(net.Conn) error
	watch      *goetia.Watch
	next, prev *Parked
	// over: it is closed, or about to be. Parker.mu guards it.
	over bool
}

// Park calls serve in a goroutine of its own each time that conn has something to read, until
// that returns an error; then conn is closed. Calls do not overlap. serve reads what it is
// given, a message or several, and returns; what is left over has it called again. The
// handler that calls Park can return.
//
// ahead, if not nil, is the reader that came with the hijacked connection. What it holds is
// read first, through the connection that serve is given; then it is not used any more.
//
// It fails with net.ErrClosed if conn or the Parker is closed, and otherwise as
// [goetia.NewWatch] does. Then conn stays open and the caller's.
func (p *Parker) Park(conn net.Conn, ahead *bufio.Reader, serve func(net.Conn) error) (*Parked, error) {
	if serve == nil {
		return nil, fmt.Errorf("httppark: no function to call: %w", errInvalid)
	}
	if ahead != nil && ahead.Buffered() > 0 {
		held, _ := ahead.Peek(ahead.Buffered()) // it cannot fail
		conn = &prefixed{conn, append([]byte(nil), held...)}
	}
	r := p.Reactor
	if r == nil {
		var err error
		if r, err = goetia.Default(); err != nil {
			return nil, err
		}
	}
	k := &Parked{p: p, conn: conn, serve: serve}
	var err error
	if k.watch, err = r.NewWatch(conn, goetia.Readable, k.ready); err != nil {
		return nil, err
	}
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return nil, fmt.Errorf("httppark: park: %w", net.ErrClosed)
	}
	if k.next = p.first; k.next != nil {
		k.next.prev = k
	}
	p.first = k
	p.n++
	p.mu.Unlock()
	if err := k.arm(); err != nil {
		if k.leave() {
			return nil, err
		}
		return nil, net.ErrClosed // by Close, which has closed conn
	}
	return k, nil
}

// arm waits for the next message.
func (k *Parked) arm() error {
	if err := k.watch.Rearm(); err != nil {
		return err
	}
	if d := k.p.IdleTimeout; d > 0 {
		k.watch.SetTimeout(d) // it does nothing if the watch has fired
	}
	return nil
}

// ready has a message served.
func (k *Parked) ready(r goetia.Readiness) {
	err := r.Err()
	if err == nil {
		k.p.resumes.Add(1)
		err = k.message()
	}
	if err == nil {
		err = k.arm()
	}
	if err != nil {
		k.end(err)
	}
}

func (k *Parked) message() error {
	d := k.p.MessageTimeout
	if d <= 0 {
		return k.serve(k.conn)
	}
	if err := k.conn.SetReadDeadline(time.Now().Add(d)); err != nil {
		return err
	}
	if err := k.serve(k.conn); err != nil {
		return err
	}
	return k.conn.SetReadDeadline(time.Time{})
}

// Close closes the connection. It does not wait for a call of serve in progress, whose reads
// and writes fail.
func (k *Parked) Close() error { return k.end(net.ErrClosed) }

// end closes the connection, once.
func (k *Parked) end(why error) error {
	if !k.leave() {
		return nil
	}
	k.watch.Stop()
	err := k.conn.Close()
	if k.p.Closed != nil {
		k.p.Closed(k.conn, why)
	}
	return err
}

// leave takes the connection out of the list, and says whether it was there.
func (k *Parked) leave() bool {
	p := k.p
	p.mu.Lock()
	defer p.mu.Unlock()
	if k.over {
		return false
	}
	k.over = true
	if k.prev != nil {
		k.prev.next = k.next
	} else {
		p.first = k.next
	}
	if k.next != nil {
		k.next.prev = k.prev
	}
	k.next, k.prev = nil, nil
	p.n--
	return true
}

// Len is how many connections there are, parked or being served.
func (p *Parker) Len() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.n
}

// Resumes is how many times a connection had something to read.
func (p *Parker) Resumes() uint64 { return p.resumes.Load() }

// Close closes all connections, and has Park refuse others.
func (p *Parker) Close() error {
	var err error
	for {
		p.mu.Lock()
		p.closed = true
		k := p.first
		p.mu.Unlock()
		if k == nil {
			return err
		}
		err = errors.Join(err, k.Close())
	}
}

// prefixed is a connection of which some bytes were read ahead.
type prefixed struct {
	net.Conn
	held []byte
}

// Read implements net.Conn.
func (c *prefixed) Read(p []byte) (int, error) {
	if len(c.held) == 0 {
		return c.Conn.Read(p)
	}
	n := copy(p, c.held)
	if c.held = c.held[n:]; len(c.held) == 0 {
		c.held = nil
	}
	return n, nil
}

// Buffered implements [goetia.Bufferer].
func (c *prefixed) Buffered() int { return len(c.held) }

// NetConn returns the connection beneath.
func (c *prefixed) NetConn() net.Conn { return c.Conn }
