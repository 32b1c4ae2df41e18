package goetia

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/goetia-go/goetia/poll"
)

// Reactor calls back when connections are ready. Make one with [New], and end it with
// Close; or use [Default]. All methods are safe for concurrent use.
type Reactor struct {
	shards []*shard
	opts   options
	closed atomic.Bool
	// ended is closed when Close has done its work.
	ended chan struct{}
	// next spreads the timers.
	next atomic.Uint64
	// waiters are those that wait has made. They have channels, and in a testing/synctest
	// bubble those are the bubble's own, as the Reactor is.
	waiters sync.Pool
	// drivers are the background goroutines.
	drivers sync.WaitGroup
	reports reports
	// shared: it is everybody's, and not for one of them to close.
	shared bool
}

// New opens a Reactor. Unless [WithBackground] is given, it is driven by [Reactor.Turn] or
// [Reactor.Run]. It fails with poll.ErrInvalid for options that make no sense, and as
// [poll.New] does.
func New(opts ...Option) (*Reactor, error) {
	o, err := collect(opts)
	if err != nil {
		return nil, err
	}
	r := &Reactor{opts: o, ended: make(chan struct{})}
	for range o.shards {
		var p poller = newBell()
		if !o.simulated {
			if p, err = poll.New(poll.WithMechanism(o.mechanism)); err != nil {
				return nil, errors.Join(err, r.Close())
			}
		}
		r.shards = append(r.shards, newShard(r, p))
	}
	return r, nil
}

var defaultReactor struct {
	mu sync.Mutex
	r  *Reactor
}

// Default returns the Reactor behind this package's functions, which drives itself. It is
// opened when it is first asked for; if that fails, the next call tries again. It
// cannot be closed: Close fails with poll.ErrUnsupported and does nothing.
func Default() (*Reactor, error) {
	defaultReactor.mu.Lock()
	defer defaultReactor.mu.Unlock()
	if defaultReactor.r == nil {
		r, err := New(WithBackground())
		if err != nil {
			return nil, err
		}
		r.shared = true
		defaultReactor.r = r
	}
	return defaultReactor.r, nil
}

// shardOf is where a descriptor is registered.
func (r *Reactor) shardOf(h uintptr) *shard {
	if len(r.shards) == 1 {
		return r.shards[0]
	}
	// Descriptors are small numbers in a row, every other one, or multiples of four. Multiples of the
	// golden ratio spread those over the unit interval, which the upper bits are.
	upper := uint64(h) * 0x9E3779B97F4A7C15 >> 32
	return r.shards[upper*uint64(len(r.shards))>>32]
}

// Mechanism is how the Reactor asks the kernel; "simulated" if it asks none.
func (r *Reactor) Mechanism() poll.Mechanism { return r.shards[0].p.Mechanism() }

// Features describes what the Reactor's Pollers can do.
func (r *Reactor) Features() poll.Features { return r.shards[0].p.Features() }

// Shards is how many Pollers the Reactor has.
func (r *Reactor) Shards() int { return len(r.shards) }

// DrivesItself says whether the Reactor has goroutines of its own ([WithBackground]).
func (r *Reactor) DrivesItself() bool { return r.opts.background }

// AfterReadable is the function of this name on this Reactor.
func (r *Reactor) AfterReadable(conn net.Conn, f func(Readiness)) (*Watch, error) {
	return r.watch(conn, Readable, f, arming)
}

// AfterWritable is the function of this name on this Reactor.
func (r *Reactor) AfterWritable(conn net.Conn, f func(Readiness)) (*Watch, error) {
	return r.watch(conn, Writable, f, arming)
}

// NewWatch is the function of this name on this Reactor.
func (r *Reactor) NewWatch(conn net.Conn, in Interest, f func(Readiness)) (*Watch, error) {
	return r.watch(conn, in, f, 0)
}

// Register registers a raw descriptor, a SOCKET, or what [poll.Conn] makes of a pipe, a
// terminal or a listener. It fails with poll.ErrExists if the source is
// registered, and otherwise as [poll.Poller.Add] does.
func (r *Reactor) Register(src poll.Source) (*Source, error) { return r.register(target{src: src}) }

// RegisterConn registers a connection for longer than one watch: follow its layers as
// [AfterReadable] does. It fails with poll.ErrExists if the connection was registered
// by RegisterConn before. Until [Source.Close], or until it is closed itself, the connection stays
// open, even if the program forgets it. One without a descriptor ([Notifier]) is registered
// nowhere, and so as often as one likes.
func (r *Reactor) RegisterConn(conn net.Conn) (*Source, error) {
	t, err := resolve(conn)
	if err != nil {
		return nil, err
	}
	return r.register(t)
}

func (r *Reactor) register(t target) (*Source, error) {
	sh := r.shardFor(t)
	sh.mu.Lock()
	s, err := sh.enroll(t, 0)
	if err == nil && s.is(kept) {
		err = poll.ErrExists
	}
	if err == nil {
		s.mark(kept)
	}
	sh.unlock().run()
	if err != nil {
		return nil, fmt.Errorf("goetia: register: %w", err)
	}
	return s, nil
}

func (r *Reactor) shardFor(t target) *shard {
	if t.soft() {
		return r.shards[0]
	}
	return r.shardOf(t.src.Handle())
}

// Turn waits until something has fired, and returns how many watches and timers did: each
// has its callback running or about to. A negative timeout means no limit, zero to
// look and not to wait. It returns (0, nil) after the timeout or a [Reactor.Notify], and
// poll.ErrClosed if the Reactor is or becomes closed. Several goroutines may turn.
//
// A Reactor with several shards has several things to wait for, which no system call
// does at once: it fails with poll.ErrUnsupported. Run serves those.
func (r *Reactor) Turn(timeout time.Duration) (int, error) {
	if len(r.shards) > 1 {
		return 0, fmt.Errorf("goetia: Turn of a Reactor with %d shards (Run drives those): %w", len(r.shards), poll.ErrUnsupported)
	}
	return r.shards[0].turn(timeout, nil)
}

// Run drives the Reactor until ctx is done, and returns its error, or poll.ErrClosed if the
// Reactor is closed. Shards beyond the first have goroutines of their own, which have
// ended when Run returns.
func (r *Reactor) Run(ctx context.Context) error {
	// A shard that fails ends the others, too.
	all, cancel := context.WithCancel(ctx)
	done := func() bool { return all.Err() != nil }
	errs := make([]error, len(r.shards))
	run := func(i int) {
		for errs[i] == nil && !done() {
			_, errs[i] = r.shards[i].turn(-1, done)
		}
		cancel()
	}
	var others sync.WaitGroup
	end := func() {
		cancel()
		others.Wait()
	}
	defer r.leaveAtEnd(all)()
	defer end() // this goroutine, too, can be ended by an inline callback
	for i := 1; i < len(r.shards); i++ {
		others.Add(1)
		go insist(func() { run(i) }, others.Done)
	}
	run(0)
	end()
	var err error
	for _, e := range errs {
		if !errors.Is(err, e) {
			err = errors.Join(err, e)
		}
	}
	if err == nil {
		err = ctx.Err()
	}
	return err
}

// leaveAtEnd wakes whoever turns when ctx is done. A notification wakes one goroutine only,
// and perhaps one that goes on; it passes the notification on while there are some that
// want to leave.
func (r *Reactor) leaveAtEnd(ctx context.Context) (left func()) {
	told := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(told)
		for _, sh := range r.shards {
			sh.leaving.Add(1)
			_ = sh.p.Notify()
		}
	})
	return func() {
		if stop() {
			return
		}
		<-told
		for _, sh := range r.shards {
			sh.leaving.Add(-1)
		}
	}
}

// Notify makes one Turn of each shard return, that in progress or else the next.
func (r *Reactor) Notify() error {
	var err error
	for _, sh := range r.shards {
		sh.notified.Store(true)
		err = errors.Join(err, sh.p.Notify())
	}
	return err
}

// Close ends the Reactor. Pending watches fire with [Closed]; timers do not. When it
// returns, nothing waits any more; callbacks may still be running, and Close may
// be called by one. The connections stay open. Calls after the first wait for it and return nil. It
// fails with poll.ErrUnsupported for the [Default] Reactor, on which others depend.
func (r *Reactor) Close() error {
	if r.shared {
		return fmt.Errorf("goetia: close of the default Reactor: %w", poll.ErrUnsupported)
	}
	if r.closed.Swap(true) {
		<-r.ended
		return nil
	}
	defer close(r.ended)
	defer r.drivers.Wait()
	return closeAll(r.shards)
}

// closeAll defers what follows a callback, since an inline one can end this goroutine.
func closeAll(shards []*shard) (err error) {
	if len(shards) == 0 {
		return nil
	}
	defer func() { err = errors.Join(err, closeAll(shards[1:])) }()
	return shards[0].close()
}
