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

var errClosed = errors.New("the server closed the connection")

const (
	batch    = 256
	readSize = 64 << 10
	// look is the longest Wait, so that an end is noticed and progress told.
	look = 50 * time.Millisecond
)

// worker drives its share of the connections. It belongs to one goroutine.
type worker struct {
	options  Options
	poller   *poll.Poller
	block    block
	buf      []byte
	events   []poll.Event
	conns    []*conn // by key; nil once closed
	alive    int
	busy     int
	pace     pace
	interval time.Duration
	stopping bool
	progress *Progress
	// answer is when the last answer was complete.
	answer time.Duration
	result Result
}

func newWorker(o Options, share int, b block, p *Progress) (*worker, error) {
	poller, err := poll.New(poll.WithMechanism(o.Mechanism))
	if err != nil {
		return nil, err
	}
	w := &worker{
		options: o, poller: poller, block: b, progress: p,
		buf: make([]byte, readSize), events: make([]poll.Event, batch),
		conns: make([]*conn, share),
	}
	if o.Rate > 0 {
		w.interval = time.Duration(float64(o.Conns) / o.Rate * float64(time.Second))
	}
	w.result.Latency = newHistogram()
	return w, nil
}

// load sends until the duration is over or ctx is done, then waits for the last
// answers.
func (w *worker) load(ctx context.Context) error {
	start := clock.Now()
	defer func() { w.result.Elapsed = w.answer - start }()
	end := start + w.options.Duration
	for i, c := range w.conns {
		if w.interval == 0 {
			w.send(c, clock.Now())
			continue
		}
		// Spread over one interval, or all would be due at once.
		c.due = start + w.interval*time.Duration(i)/time.Duration(len(w.conns))
		w.pace.wait(c)
	}
	var last time.Duration
	for {
		now := clock.Now()
		if !w.stopping && (now >= end || ctx.Err() != nil || w.alive == 0) {
			w.stopping = true
			w.result.Interrupted = ctx.Err() != nil
			w.answer = now
			last = now + w.options.Grace
		}
		wait := min(look, end-now)
		if w.stopping {
			if w.busy == 0 {
				return nil
			}
			if wait = min(look, last-now); wait <= 0 {
				w.stalled()
				return nil
			}
		} else if left := w.sendDue(now); left >= 0 {
			wait = min(wait, left)
		}
		n, err := w.poller.Wait(w.events, wait)
		if err != nil {
			return fmt.Errorf("event loop: %w", err)
		}
		for _, ev := range w.events[:n] {
			w.serve(ev)
		}
	}
}

// sendDue begins the messages whose time has come, and returns how long it is to
// the next one, or -1.
func (w *worker) sendDue(now time.Duration) time.Duration {
	for {
		c, left := w.pace.dueAt(now)
		if c == nil {
			return left
		}
		if w.conns[c.key] == c {
			w.send(c, c.due)
		}
	}
}

func (w *worker) serve(ev poll.Event) {
	c := w.conns[ev.Key]
	if c == nil {
		return
	}
	if ev.Ready.Any(poll.Writable) && c.sent < len(c.message) {
		w.write(c)
	}
	if w.conns[ev.Key] == c && ev.Ready.Any(poll.Readable|poll.ReadClosed|poll.HangUp|poll.Error) {
		w.read(c)
	}
}

// broken ends a connection that cannot go on.
func (w *worker) broken(c *conn, err error) {
	w.result.Broken++
	w.result.trouble("connection %d: %s", c.key, sock.Reason(err))
	w.close(c)
}

// mismatch ends a connection whose answer is not what was sent.
func (w *worker) mismatch(c *conn, n int) {
	w.result.Mismatches++
	w.result.trouble("connection %d: %d bytes came back that differ from those sent, after %d of %d",
		c.key, n, c.got, w.options.Size)
	w.close(c)
}

func (w *worker) stalled() {
	for _, c := range w.conns {
		if c != nil && c.busy {
			w.result.Stalled++
			w.result.trouble("connection %d: %d of %d bytes came back", c.key, c.got, w.options.Size)
		}
	}
}

func (w *worker) close(c *conn) {
	// The error would be about the connection, and that has been told.
	_ = w.poller.Delete(c.s.Source())
	_ = c.s.Close()
	w.conns[c.key] = nil
	w.alive--
	if c.busy {
		c.busy = false
		w.busy--
	}
}

// end closes what is open and gathers the statistics.
func (w *worker) end() {
	for _, c := range w.conns {
		if c != nil {
			w.close(c)
		}
	}
	w.result.Mechanism = w.poller.Mechanism()
	w.result.Poller = w.poller.Stats()
	_ = w.poller.Close()
}
