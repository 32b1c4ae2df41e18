package idle

import (
	"context"
	"runtime"

	"github.com/goetia-go/goetia/aio"
	"github.com/goetia-go/goetia/future"
)

// OursFutures is this library's with a task for each connection.
const OursFutures = "aio, a task each"

// BareTasks: what package aio accepts here has no net.Conn.
const BareTasks = runtime.GOOS != "windows"

// serveFutures accepts and echoes on one executor, which drives the reactor.
func serveFutures(addr string) error {
	l, err := aio.New()
	if err != nil {
		return err
	}
	a, err := l.Listen("tcp", addr)
	if err != nil {
		return err
	}
	local := l.NewLocal(future.LocalOptions{})
	incoming := a.Incoming()
	future.Spawn(local, future.PollFunc[struct{}](func(cx *future.Context) (struct{}, bool) {
		for {
			r, ok, ready := incoming.PollNext(cx)
			if !ready || !ok {
				return struct{}{}, ready
			}
			if r.Err == nil {
				future.Spawn(local, future.Future[struct{}](&talk{c: r.Value}))
			}
		}
	}))
	go func() { _ = local.Run(context.Background()) }()
	return nil
}

// buffer is what all talks read into: the executor is one goroutine.
var buffer [64 << 10]byte

// talk is the task of a connection.
type talk struct {
	c    *aio.Conn
	rest []byte
}

func (t *talk) Poll(cx *future.Context) (struct{}, bool) {
	for {
		for len(t.rest) > 0 {
			n, ready, err := t.c.PollWrite(cx, t.rest)
			if !ready {
				return struct{}{}, false
			}
			if t.rest = t.rest[n:]; err != nil {
				return t.end()
			}
		}
		n, ready, err := t.c.PollRead(cx, buffer[:])
		switch {
		case !ready:
			return struct{}{}, false
		case err != nil:
			return t.end()
		}
		for data := buffer[:n]; len(data) > 0; {
			n, ready, err := t.c.PollWrite(cx, data)
			if err != nil {
				return t.end()
			}
			if data = data[n:]; !ready {
				t.rest = append([]byte(nil), data...)
				return struct{}{}, false
			}
		}
		t.rest = nil
	}
}

func (t *talk) end() (struct{}, bool) {
	_ = t.c.Close()
	return struct{}{}, true
}
