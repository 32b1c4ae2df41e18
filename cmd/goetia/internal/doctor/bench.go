package doctor

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"time"

	"github.com/goetia-go/goetia/cmd/goetia/internal/sock"
	"github.com/goetia-go/goetia/poll"
)

// patience is how long a Wait may take that has something to report. It is long
// for the sake of loaded machines.
const patience = 5 * time.Second

// key is what the bench registers its connection under.
const key poll.Key = 0x60e71a

// bench is a Poller and the two ends of a TCP connection: near is watched, far
// is where things happen to it.
type bench struct {
	p      *poll.Poller
	near   io.ReadCloser
	far    net.Conn
	src    poll.Source
	events []poll.Event
}

func newBench(p *poll.Poller) (*bench, error) {
	b := &bench{p: p, events: make([]poll.Event, 8)}
	var err error
	if p.Features().Exclusive {
		// It takes no socket that something else has claimed, as the runtime
		// has package net's.
		err = b.bare()
	} else {
		err = b.ordinary()
	}
	if err != nil {
		return nil, fmt.Errorf("cannot make a connection over the loopback interface: %w", err)
	}
	return b, nil
}

// ordinary watches a connection of package net.
func (b *bench) ordinary() error {
	near, far, err := pair()
	if err != nil {
		return err
	}
	b.near, b.far = near, far
	if b.src, err = poll.Conn(near.(*net.TCPConn)); err != nil {
		b.close()
	}
	return err
}

// bare watches a socket that package net knows nothing of.
func (b *bench) bare() error {
	near, far, err := barePair()
	if err != nil {
		return err
	}
	b.near, b.far, b.src = near, far, near.Source()
	return nil
}

func (b *bench) close() {
	_ = b.near.Close()
	_ = b.far.Close()
}

func pair() (near, far net.Conn, err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = l.Close() }()
	if near, err = net.DialTimeout("tcp", l.Addr().String(), patience); err != nil {
		return nil, nil, err
	}
	if err = l.(*net.TCPListener).SetDeadline(time.Now().Add(patience)); err == nil {
		far, err = l.Accept()
	}
	if err != nil {
		_ = near.Close()
		return nil, nil, err
	}
	return near, far, nil
}

func barePair() (near sock.Socket, far net.Conn, err error) {
	l, err := sock.Listen(sock.TCP(netip.MustParseAddrPort("127.0.0.1:0")))
	if err != nil {
		return sock.None, nil, err
	}
	defer func() { _ = l.Close() }()
	if far, err = net.DialTimeout("tcp", l.Local("tcp").String(), patience); err != nil {
		return sock.None, nil, err
	}
	for end := time.Now().Add(patience); ; time.Sleep(time.Millisecond) {
		near, err = l.Accept()
		if !errors.Is(err, sock.ErrWouldBlock) || time.Now().After(end) {
			break
		}
	}
	if err != nil {
		_ = far.Close()
		return sock.None, nil, err
	}
	return near, far, nil
}

// wait waits for the connection and says what it was reported as.
func (b *bench) wait() (poll.Readiness, error) {
	n, err := b.p.Wait(b.events, patience)
	switch {
	case err != nil:
		return 0, err
	case n == 0:
		return 0, fmt.Errorf("no event within %v", patience)
	case n > 1:
		return 0, fmt.Errorf("%d events for one connection", n)
	case b.events[0].Key != key:
		return 0, fmt.Errorf("the event has key %#x, want %#x", b.events[0].Key, key)
	}
	return b.events[0].Ready, nil
}

// readable waits until the connection is readable.
func (b *bench) readable() error {
	r, err := b.wait()
	if err == nil && !r.Any(poll.Readable) {
		err = fmt.Errorf("reported as %v, want readable", r)
	}
	return err
}

// silent looks once and wants nothing.
func (b *bench) silent() error {
	n, err := b.p.Wait(b.events, 0)
	if err == nil && n > 0 {
		err = fmt.Errorf("reported as %v when nothing had happened", b.events[0].Ready)
	}
	return err
}

// take reads the one byte that is there. It does not block for long, should the
// readiness have been a lie.
func (b *bench) take() error {
	if conn, ok := b.near.(net.Conn); ok {
		if err := conn.SetReadDeadline(time.Now().Add(patience)); err != nil {
			return err
		}
	}
	var one [1]byte
	n, err := b.near.Read(one[:])
	if n == 0 && err == nil {
		err = io.EOF // as a bare socket says it
	}
	if err != nil {
		return fmt.Errorf("read after readable: %w", err)
	}
	return nil
}

var errEarly = errors.New("too early")
