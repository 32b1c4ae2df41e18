package main

import (
	"errors"

	"github.com/gobwas/ws"
	"github.com/goetia-go/goetia/aio"
	"github.com/goetia-go/goetia/examples/internal/task"
	"github.com/goetia-go/goetia/future"
)

// room is who is there. Only the executor's tasks use it.
type room struct{ members map[*member]struct{} }

// member is one connection.
type member struct {
	room *room
	c    *aio.Conn
	in   *task.Input
	// out is what is to be sent, and wake is woken when there is more.
	out  []byte
	wake future.Slot
	// done: nothing is to be sent after out.
	done bool
	err  error
}

// maxBehind is how many bytes may wait for a member who does not read, before it is shown
// out.
const maxBehind = 1 << 20

var errBehind = errors.New("a member does not read")

// visit is the task of a connection: a page for a browser, or a place in the room.
func (r *room) visit(c *aio.Conn) future.Future[error] {
	m := &member{room: r, c: c, in: &task.Input{R: c}}
	asked := task.Next(m.in, parseRequest)
	return future.Then(asked, func(q future.Result[*handshake]) future.Future[error] {
		if q.Err != nil {
			return future.Ready(q.Err)
		}
		m.out = append(m.out, q.Value.answer...)
		if m.done = !q.Value.upgraded; m.done {
			return future.PollFunc[error](m.send)
		}
		r.members[m] = struct{}{}
		return &stay{m}
	})
}

// stay is a member who reads and is written to.
type stay struct{ m *member }

func (s *stay) Poll(cx *future.Context) (error, bool) {
	m := s.m
	read := task.Next(m.in, parseFrame)
	for !m.done {
		r, ready := read.Poll(cx)
		if !ready {
			break
		}
		if m.err = r.Err; m.err != nil {
			m.done = true
			break
		}
		m.hear(r.Value)
	}
	err, ready := m.send(cx)
	if ready {
		s.Cancel()
	}
	return errors.Join(err, m.err), ready
}

func (s *stay) Cancel() { delete(s.m.room.members, s.m) }

// hear does what a frame says.
func (m *member) hear(f ws.Frame) {
	switch f.Header.OpCode {
	case ws.OpText:
		for other := range m.room.members {
			other.tell(ws.NewTextFrame(f.Payload))
		}
	case ws.OpPing:
		m.tell(ws.NewPongFrame(f.Payload))
	case ws.OpClose:
		m.tell(ws.NewCloseFrame(f.Payload))
		m.done = true
	}
}

// tell has a frame sent.
func (m *member) tell(f ws.Frame) {
	if len(m.out) > maxBehind {
		m.out, m.done, m.err = nil, true, errBehind
	} else if !m.done {
		m.out = append(m.out, ws.MustCompileFrame(f)...)
	}
	m.wake.Wake()
}

// send sends what there is, and is ready when there will be no more.
func (m *member) send(cx *future.Context) (error, bool) {
	m.wake.Register(cx.Waker())
	for len(m.out) > 0 {
		n, ready, err := m.c.PollWrite(cx, m.out)
		if !ready || err != nil {
			return err, ready
		}
		if m.out = m.out[n:]; len(m.out) == 0 {
			m.out = nil
		}
	}
	if !m.done {
		return nil, false
	}
	ready, err := m.c.PollCloseWrite(cx)
	return err, ready
}
