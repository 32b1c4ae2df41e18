package load

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/goetia-go/goetia/cmd/goetia/internal/clock"
	"github.com/goetia-go/goetia/cmd/goetia/internal/sock"
	"github.com/goetia-go/goetia/poll"
)

// attempt is a connection that is being made.
type attempt struct {
	c     *conn
	until time.Duration
}

// connect makes all connections of the worker, a bounded number at a time. It
// gives up at the first that fails: figures from fewer connections than were
// asked for would answer another question.
func (w *worker) connect(ctx context.Context, seed uint64) error {
	start := clock.Now()
	pending := make(map[poll.Key]attempt, dialing)
	next := 0
	for next < len(w.conns) || len(pending) > 0 {
		if ctx.Err() != nil {
			return errInterrupted
		}
		for next < len(w.conns) && len(pending) < w.dialing() {
			a, err := w.dial(poll.Key(next), seed)
			if err != nil {
				return w.unreachable(err)
			}
			pending[a.c.key] = a
			next++
		}
		n, err := w.poller.Wait(w.events, look)
		if err != nil {
			return fmt.Errorf("event loop: %w", err)
		}
		for _, ev := range w.events[:n] {
			a, ok := pending[ev.Key]
			if !ok {
				continue
			}
			if err := connected(a.c.s, ev.Ready); err != nil {
				return w.unreachable(err)
			}
			delete(pending, ev.Key)
			w.progress.connected.Add(1)
			// The server has nothing to say yet: stay silent until load begins.
			if w.watch(a.c, poll.Readable); w.conns[a.c.key] == nil {
				return w.unreachable(errors.New(w.result.First))
			}
		}
		now := clock.Now()
		for _, a := range pending {
			if now > a.until {
				return w.unreachable(fmt.Errorf("no answer within %v", w.options.ConnectTimeout))
			}
		}
	}
	w.result.Connected = clock.Since(start)
	return nil
}

var errInterrupted = errors.New("interrupted while connecting")

func (w *worker) dialing() int { return max(1, dialing/w.options.Workers) }

func (w *worker) dial(key poll.Key, seed uint64) (attempt, error) {
	s, err := sock.Connect(w.options.Addr)
	if err != nil {
		return attempt{}, err
	}
	c := &conn{s: s, key: key, interest: poll.Writable, offsets: newOffsets(seed, uint64(key))}
	if err := w.poller.Add(s.Source(), key, c.interest, poll.Level); err != nil {
		_ = s.Close()
		return attempt{}, err
	}
	w.conns[key] = c
	w.alive++
	return attempt{c, clock.Now() + w.options.ConnectTimeout}, nil
}

// connected says how an attempt has ended.
func connected(s sock.Socket, r poll.Readiness) error {
	if err := s.ConnectError(); err != nil {
		return err
	}
	if r.Any(poll.ConnectFailed) {
		return errors.New("the connection failed")
	}
	return nil
}

func (w *worker) unreachable(err error) error {
	made := w.progress.connected.Load()
	if made == 0 {
		return fmt.Errorf("cannot connect to %s: %s", w.options.Addr, sock.Reason(err))
	}
	return fmt.Errorf("only %d of %d connections to %s could be made: %s",
		made, w.options.Conns, w.options.Addr, sock.Reason(err))
}
