package doctor

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/goetia-go/goetia/cmd/goetia/internal/clock"
	"github.com/goetia-go/goetia/poll"
)

// extraKey is the key of whatever else is registered.
const extraKey = key + 1

// missing is the check of something that this system has not got, which is no fault.
func missing(err error) Check {
	if errors.Is(err, poll.ErrUnsupported) {
		return Check{Detail: "none: " + err.Error()}
	}
	return failed(err)
}

// reported waits for the event of the extra key, and measures from start.
func (b *bench) reported(start time.Duration) Check {
	n, err := b.p.Wait(b.events, patience)
	end := clock.Now()
	switch {
	case err != nil:
		return failed(err)
	case n == 0:
		return failed(errors.New("nothing was reported"))
	case n > 1 || b.events[0] != (poll.Event{Key: extraKey, Ready: poll.Readable}):
		return failed(fmt.Errorf("reported %v", b.events[:n]))
	}
	return measured([]time.Duration{end - start})
}

// timer sets one and measures how late it is told.
func (b *bench) timer() Check {
	start := clock.Now()
	t, err := b.p.AddTimer(extraKey, timeout, 0)
	if err != nil {
		return missing(err)
	}
	c := b.reported(start + timeout)
	c.P50, c.P99, c.Max = max(c.P50, 0), max(c.P99, 0), max(c.Max, 0)
	if c.Err == nil {
		c.Detail = fmt.Sprintf("later than %v", timeout)
	}
	return ended(c, t.Delete())
}

// post makes an event happen.
func (b *bench) post() Check {
	t, err := b.p.AddPost(extraKey)
	if err != nil {
		return missing(err)
	}
	start := clock.Now()
	if err := t.Post(); err != nil {
		return failed(err)
	}
	return ended(b.reported(start), t.Delete())
}

// signals listens for the interrupt, and sends none.
func (b *bench) signals() Check {
	start := clock.Now()
	t, err := b.p.AddSignals(extraKey, os.Interrupt)
	if err != nil {
		return missing(err)
	}
	return registered(start, t.Delete())
}

// process watches this one, which lives.
func (b *bench) process() Check {
	start := clock.Now()
	t, err := b.p.AddProcess(extraKey, os.Getpid())
	if err != nil {
		return missing(err)
	}
	return registered(start, t.Delete())
}

func (b *bench) path() Check {
	dir, err := os.MkdirTemp("", "goetia-doctor-*")
	if err != nil {
		return failed(err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	t, err := b.p.AddPath(extraKey, dir)
	if err != nil {
		return missing(err)
	}
	start := clock.Now()
	if err := os.Mkdir(filepath.Join(dir, "new"), 0o700); err != nil {
		return failed(err)
	}
	return ended(b.reported(start), t.Delete())
}

func registered(start time.Duration, err error) Check {
	c := measured([]time.Duration{clock.Since(start)})
	c.Detail = "registered and deleted"
	return ended(c, err)
}

// ended adds what Delete has said.
func ended(c Check, err error) Check {
	c.Err = errors.Join(c.Err, err)
	return c
}
