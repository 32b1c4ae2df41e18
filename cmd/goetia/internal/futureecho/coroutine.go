package futureecho

import (
	"io"

	"github.com/goetia-go/goetia/coro"
	"github.com/goetia-go/goetia/future"
)

// run is a session as a coroutine: the same in the order in which it happens.
func (s *session) run(co *coro.Co) {
	s.begin()
	s.end(s.converse(co))
}

func (s *session) converse(co *coro.Co) error {
	got := &reading{s: s}
	for {
		if err := coro.Await(co, future.Future[error](got)); err == io.EOF {
			break
		} else if err != nil {
			return err
		}
		if err := coro.Await(co, future.Future[error](&writing{s: s, data: s.l.buf[:got.n]})); err != nil {
			return err
		}
	}
	return coro.Await(co, future.PollFunc[error](func(cx *future.Context) (error, bool) {
		ready, err := s.finish(cx)
		return err, ready
	}))
}

// reading reads into the loop's buffer, which is nobody else's until the coroutine waits.
type reading struct {
	s *session
	n int
}

func (r *reading) Poll(cx *future.Context) (err error, ready bool) {
	r.n, ready, err = r.s.next(cx)
	return err, ready
}

// writing writes all of what is in the loop's buffer, or in one of its own if it has to wait.
type writing struct {
	s    *session
	data []byte
}

func (w *writing) Poll(cx *future.Context) (error, bool) {
	for len(w.data) > 0 {
		n, ready, err := w.s.write(cx, w.data)
		if err != nil {
			return err, true
		}
		w.data = w.data[n:]
		if !ready {
			if w.s.rest == nil {
				w.s.rest = append([]byte(nil), w.data...)
				w.data = w.s.rest
				w.s.l.server.counts.pauses.Add(1)
			}
			return nil, false
		}
	}
	w.s.rest = nil
	return nil, true
}
