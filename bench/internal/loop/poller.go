package loop

import (
	"errors"

	"github.com/goetia-go/goetia/poll"
)

type poller struct {
	p      *poll.Poller
	conns  []conn
	mode   poll.Mode
	handle Handler
	events []poll.Event
}

// NewPoller registers the sources with a Poller of the mechanism (empty: the
// default), for reading.
func NewPoller(mech poll.Mechanism, srcs []poll.Source, mode poll.Mode, handle Handler) (Loop, error) {
	var opts []poll.Option
	if mech != "" {
		opts = append(opts, poll.WithMechanism(mech))
	}
	p, err := poll.New(opts...)
	if err != nil {
		return nil, err
	}
	conns := make([]conn, len(srcs))
	for i, src := range srcs {
		conns[i].src, conns[i].fd = src, int(src.Handle())
		if err := p.Add(src, poll.Key(i), poll.Readable, mode); err != nil {
			return nil, errors.Join(err, p.Close())
		}
	}
	return &poller{p: p, conns: conns, mode: mode, handle: handle, events: make([]poll.Event, Batch)}, nil
}

func (l *poller) Turn() (int, error) {
	n, err := l.p.Wait(l.events, -1)
	if err != nil {
		return n, err
	}
	for _, ev := range l.events[:n] {
		if !ev.Ready.Has(poll.Readable) {
			continue
		}
		c := &l.conns[ev.Key]
		c.seen++
		if l.handle != nil {
			if err := l.handle(c.fd); err != nil {
				return n, err
			}
		}
		if l.mode == poll.Oneshot {
			if err := l.p.Modify(c.src, ev.Key, poll.Readable, poll.Oneshot); err != nil {
				return n, err
			}
		}
	}
	return n, nil
}

func (l *poller) Close() error { return l.p.Close() }
