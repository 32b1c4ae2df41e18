package doctor

import (
	"errors"
	"fmt"
	"net"
	"time"

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
	p         *poll.Poller
	near, far net.Conn
	src       poll.Source
	events    []poll.Event
}

func newBench(p *poll.Poller) (*bench, error) {
	near, far, err := pair()
	if err != nil {
		return nil, fmt.Errorf("cannot make a connection over the loopback interface: %w", err)
	}
	b := &bench{p: p, near: near, far: far, events: make([]poll.Event, 8)}
	if b.src, err = poll.Conn(near.(*net.TCPConn)); err != nil {
		b.close()
		return nil, err
	}
	return b, nil
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

// take reads the one byte that is there. It has a deadline in case the readiness
// was a lie.
func (b *bench) take() error {
	if err := b.near.SetReadDeadline(time.Now().Add(patience)); err != nil {
		return err
	}
	var one [1]byte
	if _, err := b.near.Read(one[:]); err != nil {
		return fmt.Errorf("read after readable: %w", err)
	}
	return nil
}

var errEarly = errors.New("too early")
