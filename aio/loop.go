package aio

import (
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/goetia-go/goetia"
	"github.com/goetia-go/goetia/poll"
)

// Loop is a reactor and who drives it. All methods are safe for concurrent use.
type Loop struct {
	r *goetia.Reactor
	// selfDriven: it has a goroutine of its own.
	selfDriven bool
	driving
	owned
}

// New opens a Loop with a Reactor of its own, which is driven by whoever waits for it. The options
// are those of [goetia.New]; with [goetia.WithBackground] the Loop drives itself. A Loop that
// does not has one shard: with more it fails with [poll.ErrInvalid].
func New(opts ...goetia.Option) (*Loop, error) {
	r, err := goetia.New(opts...)
	if err != nil {
		return nil, err
	}
	l := &Loop{r: r, selfDriven: r.DrivesItself()}
	if n := r.Shards(); n > 1 && !l.selfDriven {
		_ = r.Close() // it is ours, and nobody has seen it
		return nil, fmt.Errorf("aio: a Loop with %d shards that nobody drives in the background: %w", n, poll.ErrInvalid)
	}
	return l, nil
}

var defaultLoop struct {
	sync.Mutex
	loop atomic.Pointer[Loop]
}

// Default is the Loop over [goetia.Default], which drives itself. It cannot be closed.
func Default() (*Loop, error) {
	if l := defaultLoop.loop.Load(); l != nil {
		return l, nil
	}
	r, err := goetia.Default()
	if err != nil {
		return nil, err
	}
	defaultLoop.Lock()
	defer defaultLoop.Unlock()
	if defaultLoop.loop.Load() == nil {
		defaultLoop.loop.Store(&Loop{r: r, selfDriven: true})
	}
	return defaultLoop.loop.Load(), nil
}

// Reactor is the Loop's reactor, for its statistics and for registering other things with. Only
// the Loop calls its Turn and Run.
func (l *Loop) Reactor() *goetia.Reactor { return l.r }

// Close ends the Loop: what waits on it fails with net.ErrClosed. Its timers end, too, so that whoever
// waits for After, At or an Interval waits for ever, unless it is cancelled. Connections and listeners
// stay open, and are closed by their own Close. Calls after the first return nil. It fails with
// poll.ErrUnsupported for the [Default] Loop, whose Reactor others depend on.
func (l *Loop) Close() error { return l.r.Close() }
