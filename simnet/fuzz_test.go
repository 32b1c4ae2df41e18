package simnet_test

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/goetia-go/goetia"
	"github.com/goetia-go/goetia/simnet"
)

// FuzzStream has two ends do anything, over links that do anything, and holds them against
// what a stream promises: bytes arrive in order and unchanged; an end follows all
// that was sent; what readiness says is what Read and Write then do; each question is
// answered once at most, and by the end of the connection.
func FuzzStream(f *testing.F) {
	f.Add([]byte{0, 5, 1, 3, 8, 0, 9, 0})
	f.Add([]byte{0, 200, 6, 1, 2, 0, 7, 5, 3, 9, 12, 0, 7, 90})
	f.Add([]byte{12, 1, 0, 30, 10, 1, 7, 3, 13, 0, 7, 60, 9, 9, 4, 0})
	f.Add([]byte{8, 0, 8, 1, 1, 40, 11, 0, 5, 1, 4, 1})
	f.Add([]byte{11, 201, 4, 0, 4, 1, 5, 0, 4, 0})
	f.Fuzz(func(t *testing.T, ops []byte) {
		if len(ops) > 400 {
			return
		}
		synctest.Test(t, func(t *testing.T) { fuzzStream(t, ops) })
	})
}

// side is one end as the model sees it.
type side struct {
	c *simnet.Conn
	// wrote is what it has sent, got what it has read.
	wrote, got []byte
	finished   bool
	closed     bool
	asked      int
	answered   int
}

type model struct {
	t     *testing.T
	n     *simnet.Network
	sides [2]*side
	// broken: a reset may have come.
	broken bool
}

func fuzzStream(t *testing.T, ops []byte) {
	m := &model{t: t, n: &simnet.Network{Buffer: 64, Seed: 1}}
	a, b := connect(t, m.n)
	m.sides = [2]*side{{c: a}, {c: b}}
	for len(ops) >= 2 {
		m.step(ops[0], int(ops[1]))
		ops = ops[2:]
	}
	// The end: everything is up, and both close.
	m.links(simnet.Link{})
	m.n.Heal()
	for i, s := range m.sides {
		m.finish(i)
		if !s.closed {
			m.close(i)
		}
	}
	synctest.Wait()
	for i, s := range m.sides {
		if s.asked != s.answered {
			t.Errorf("side %d: %d questions and %d answers", i, s.asked, s.answered)
		}
	}
}

func (m *model) links(l simnet.Link) {
	m.n.SetLinks(m.n.Host("client"), m.n.Host("server"), l)
}

func (m *model) step(op byte, arg int) {
	i := arg & 1
	s := m.sides[i]
	switch op % 14 {
	case 0, 1:
		m.write(i, arg)
	case 2, 3:
		m.read(i, arg)
	case 4:
		m.closeWrite(i)
	case 5:
		if !s.closed {
			m.close(i)
		}
	case 6:
		m.links(simnet.Link{Latency: time.Duration(arg) * time.Millisecond, Jitter: time.Duration(arg%7) * time.Millisecond})
	case 7:
		time.Sleep(time.Duration(arg) * time.Millisecond)
	case 8, 9:
		m.ask(i, arg)
	case 10:
		m.links(simnet.Link{Bandwidth: arg * 10})
	case 11:
		if arg > 200 {
			s.c.Reset()
			m.broken = true
		}
	case 12:
		m.n.Partition([]*simnet.Host{m.n.Host("client")}, []*simnet.Host{m.n.Host("server")})
	case 13:
		m.n.Heal()
	}
	synctest.Wait()
}

func (m *model) closeWrite(i int) {
	s := m.sides[i]
	switch err := s.c.CloseWrite(); {
	case s.closed:
		if !errors.Is(err, net.ErrClosed) {
			m.t.Fatalf("CloseWrite of what is closed: %v", err)
		}
	case err == nil:
		s.finished = true
	case !m.broken || !errors.Is(err, simnet.ErrNotConnected):
		m.t.Fatalf("CloseWrite: %v", err)
	}
}

func (m *model) close(i int) {
	// If anything is unread or still comes, the other end is reset.
	m.broken = true
	m.sides[i].closed = true
	if err := m.sides[i].c.Close(); err != nil {
		m.t.Fatal(err)
	}
}

// ready asks what a side is ready for, and withdraws what is not answered at once.
func (m *model) ready(i int, in goetia.Interest) (r goetia.Readiness) {
	m.sides[i].c.NotifyReady(in, func(got goetia.Readiness) { r = got })()
	return r
}

func (m *model) write(i, n int) {
	s := m.sides[i]
	writable := m.ready(i, goetia.Writable)
	s.c.SetWriteDeadline(time.Now().Add(1)) // nothing waits for longer than a nanosecond
	b := make([]byte, n)
	for j := range b {
		b[j] = byte(len(s.wrote) + j)
	}
	k, err := s.c.Write(b)
	s.wrote = append(s.wrote, b[:k]...)
	switch {
	case k > 64:
		// The other end has read meanwhile, which nobody does.
		m.t.Fatalf("%d bytes went into a buffer of 64", k)
	case s.closed:
		if !errors.Is(err, net.ErrClosed) || writable != goetia.Closed {
			m.t.Fatalf("Write: %v, with %v", err, writable)
		}
	case k == n && err == nil:
	case errors.Is(err, os.ErrDeadlineExceeded):
		if writable.Has(goetia.Writable) && k < 64/3 {
			m.t.Fatalf("writable, and %d bytes could be written", k)
		}
	case !s.finished && !m.broken:
		m.t.Fatalf("Write: %v", err)
	case err == nil:
		m.t.Fatalf("Write: %d of %d", k, n)
	}
}

func (m *model) read(i, n int) {
	s, peer := m.sides[i], m.sides[1-i]
	readable := m.ready(i, goetia.Readable)
	s.c.SetReadDeadline(time.Now().Add(1))
	b := make([]byte, n+1)
	before := time.Now()
	k, err := s.c.Read(b)
	s.got = append(s.got, b[:k]...)
	if !bytes.HasPrefix(peer.wrote, s.got) {
		m.t.Fatalf("side %d has read what was not sent", i)
	}
	waited := time.Since(before) > 0
	switch {
	case s.closed:
		if !errors.Is(err, net.ErrClosed) || readable != goetia.Closed {
			m.t.Fatalf("Read: %v, with %v", err, readable)
		}
	case errors.Is(err, os.ErrDeadlineExceeded):
		if readable != 0 {
			m.t.Fatalf("%v, and nothing could be read", readable)
		}
	case readable == 0 && !waited:
		m.t.Fatalf("not readable, and read %d, %v", k, err)
	case err == io.EOF:
		if !peer.finished && !peer.closed || !m.broken && len(s.got) != len(peer.wrote) {
			m.t.Fatalf("the end came after %d of %d bytes", len(s.got), len(peer.wrote))
		}
	case err != nil && !m.broken:
		m.t.Fatalf("Read: %v", err)
	}
}

// ask asks, and perhaps withdraws that.
func (m *model) ask(i, arg int) {
	s := m.sides[i]
	s.asked++
	stop := s.c.NotifyReady(goetia.Interest(arg>>1&7), func(r goetia.Readiness) {
		if s.answered++; r == 0 {
			m.t.Error("an answer without an answer")
		}
	})
	if arg&16 != 0 && stop() {
		s.asked--
	}
}

// finish reads what there is.
func (m *model) finish(i int) {
	s := m.sides[i]
	if s.closed {
		return
	}
	for range 100 {
		time.Sleep(10 * time.Second) // some links are slow
		synctest.Wait()
		m.read(i, 255)
	}
	if peer := m.sides[1-i]; !m.broken && len(s.got) != len(peer.wrote) {
		m.t.Errorf("side %d has read %d of %d bytes", i, len(s.got), len(peer.wrote))
	}
}
