package watch

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/goetia-go/goetia/cmd/goetia/internal/clock"
	"github.com/goetia-go/goetia/cmd/goetia/internal/sock"
	"github.com/goetia-go/goetia/poll"
)

// Options are a watch's settings.
type Options struct {
	Targets   []Target
	Mechanism poll.Mechanism // empty is the system's default
	Mode      poll.Mode
	Interest  poll.Interest
	For       time.Duration // 0 is no limit
	Count     int           // readiness changes; 0 is no limit
	// Tell is called for each change, in order, and ends the watch by an error.
	Tell func(*Change) error
}

var (
	// ErrConnect: at least one target could not be connected.
	ErrConnect = errors.New("cannot connect")
	// ErrImpossible: the mechanism has not got the mode or the interest.
	ErrImpossible = errors.New("impossible")
)

// Watch watches until ctx is done, a limit is reached, or all targets are
// finished. It fails with [ErrConnect] if one of them could not be connected,
// [ErrImpossible], or otherwise with what kept it from going on.
func Watch(ctx context.Context, o Options) (err error) {
	p, err := poll.New(poll.WithMechanism(o.Mechanism))
	if err != nil {
		return err
	}
	if err := supports(p, o); err != nil {
		_ = p.Close()
		return err
	}
	w := &watcher{options: o, poller: p, sources: map[poll.Key]*source{}, start: clock.Now(), buf: make([]byte, 64<<10)}
	forget := context.AfterFunc(ctx, func() { _ = p.Notify() })
	defer func() {
		forget()
		w.end()
	}()
	for _, t := range o.Targets {
		if err := w.open(t); err != nil {
			return err
		}
	}
	return w.run(ctx)
}

func supports(p *poll.Poller, o Options) error {
	f := p.Features()
	if !f.Supports(o.Mode) {
		return fmt.Errorf("%w: mechanism %s has no %s mode", ErrImpossible, p.Mechanism(), o.Mode)
	}
	if extra := o.Interest &^ f.Interests; extra != 0 {
		return fmt.Errorf("%w: mechanism %s cannot report %s", ErrImpossible, p.Mechanism(), extra)
	}
	return nil
}

// source is one registration.
type source struct {
	target     Target
	name       string
	s          sock.Socket
	extra      extra // instead of s
	key        poll.Key
	interest   poll.Interest
	connecting bool
	writable   bool   // room to write has been reported
	remove     string // path to remove with the listener
}

type watcher struct {
	options Options
	poller  *poll.Poller
	sources map[poll.Key]*source
	last    poll.Key
	start   time.Duration
	buf     []byte
	told    int
	failed  error // the first failed connect
}

func (w *watcher) run(ctx context.Context) error {
	events := make([]poll.Event, 64)
	for ctx.Err() == nil && len(w.sources) > 0 && !w.enough() {
		timeout := time.Duration(-1)
		if w.options.For > 0 {
			if timeout = w.options.For - clock.Since(w.start); timeout <= 0 {
				break
			}
		}
		n, err := w.poller.Wait(events, timeout)
		if err != nil {
			return err
		}
		for _, ev := range events[:n] {
			if w.enough() {
				break
			}
			if err := w.ready(ev); err != nil {
				return err
			}
		}
	}
	return w.failed
}

func (w *watcher) enough() bool { return w.options.Count > 0 && w.told >= w.options.Count }

// open opens a target, registers it and tells that it is there.
func (w *watcher) open(t Target) error {
	src := &source{target: t, name: t.Name, interest: w.options.Interest}
	note := ""
	switch {
	case t.Kind == Timer, t.Kind == Signals, t.Kind == Process, t.Kind == File, t.Kind == Pipe && pipesAreExtras:
		return w.openExtra(src)
	case t.Kind == Pipe:
		s, made, err := openPipe(t.Path, t.Bind)
		if err != nil {
			return fmt.Errorf("%s: %w", t.Name, err)
		}
		src.s, note = s, "reading "+t.Path
		if made {
			src.remove = t.Path
		}
	case t.Kind == Descriptor:
		src.s = sock.Socket(t.FD)
		note = fmt.Sprintf("watching descriptor %d", t.FD)
	case t.Bind:
		s, err := sock.Listen(t.Addr)
		if err != nil {
			return fmt.Errorf("cannot listen on %s: %s", t.Addr, sock.Reason(err))
		}
		src.s = s
		if t.Addr.Network() == "unix" {
			src.remove = t.Addr.String()
			note = "listening on " + src.remove
		} else {
			note = "listening on " + s.Local(t.Addr.Network()).String()
		}
	default:
		s, err := sock.Connect(t.Addr)
		if err != nil {
			c := w.change(src, Failed)
			w.refused(src, c, err)
			return w.options.Tell(c)
		}
		src.s = s
		if src.connecting = t.Kind == Connection; src.connecting {
			src.interest |= poll.Writable
			note = "connecting"
		} else {
			note = "bound to " + s.Local("udp").String()
		}
	}
	if err := w.add(src); err != nil {
		return err
	}
	c := w.change(src, Opened)
	c.note(note)
	return w.options.Tell(c)
}

// openExtra is open for what is no descriptor.
func (w *watcher) openExtra(src *source) error {
	w.last++
	src.key = w.last
	var note string
	var err error
	if src.extra, note, err = openExtra(w.poller, src.key, src.target); err != nil {
		return fmt.Errorf("%s: %w", src.name, err)
	}
	w.sources[src.key] = src
	c := w.change(src, Opened)
	c.note(note)
	return w.options.Tell(c)
}

func (w *watcher) add(src *source) error {
	w.last++
	src.key = w.last
	if err := w.poller.Add(src.s.Source(), src.key, src.interest, w.options.Mode); err != nil {
		src.close()
		return fmt.Errorf("%s: %w", src.name, err)
	}
	w.sources[src.key] = src
	return nil
}

func (w *watcher) change(src *source, event string) *Change {
	return &Change{
		Time: time.Now(), Elapsed: clock.Since(w.start), Event: event,
		Key: src.key, Target: src.name, Mechanism: w.poller.Mechanism(),
	}
}

// refused notes that a connect has failed.
func (w *watcher) refused(src *source, c *Change, err error) {
	c.note("connect: " + sock.Reason(err))
	c.Done = true
	if w.failed == nil {
		w.failed = fmt.Errorf("%w to %s: %s", ErrConnect, src.name, sock.Reason(err))
	}
}

// finish forgets a source.
func (w *watcher) finish(src *source) {
	if src.extra != nil {
		_ = src.extra.Delete()
		delete(w.sources, src.key)
		return
	}
	// The descriptor may be closed already if it was not ours.
	_ = w.poller.Delete(src.s.Source())
	src.close()
	delete(w.sources, src.key)
}

func (src *source) close() {
	if src.target.Kind == Descriptor {
		return // it belongs to whoever handed it to us
	}
	_ = src.s.Close()
	if src.remove != "" {
		_ = os.Remove(src.remove)
	}
}

func (w *watcher) end() {
	for _, src := range w.sources {
		w.finish(src)
	}
	_ = w.poller.Close()
}
