package future

import (
	"context"
	"errors"
	"math"
	"time"
)

// ErrPoolClosed is what work comes to that a [Pool] was given too late, or had not begun when it
// was closed.
var ErrPoolClosed = errors.New("future: pool closed")

// Pool runs functions that block, on a number of goroutines that grows as needed up to a
// limit: a function that sits in a system call takes a thread of the operating system, of which
// there must not be any number. What comes above the limit waits its turn, first come
// first served.
//
// The zero Pool is ready for use, and is the same as NewPool(PoolOptions{}). It must not be
// copied. All methods are safe for concurrent use.
type Pool struct {
	opts  PoolOptions
	mu    mutex
	queue waitList[poolWork]
	// running is what is being done, for Close. Not a context with children: a channel that
	// is made for the first of them would be that one's synctest bubble's.
	running waitList[poolWork]
	// idle are the goroutines that wait for work, the last one to have come first.
	idle   *idler
	stats  PoolStats
	closed bool
	// quiet is notified when nothing runs and nothing is queued.
	quiet Event
}

// PoolOptions configure a [Pool].
type PoolOptions struct {
	// Max is how many functions run at a time; 500 if it is zero.
	Max int
	// IdleTimeout is how long a goroutine that has nothing to do is kept for the next
	// function. If it is zero none is: to start a new one costs less than to keep one.
	IdleTimeout time.Duration
}

const defaultPoolMax = 500

// PoolStats are the numbers of a [Pool].
type PoolStats struct {
	// Max is the limit.
	Max int
	// Running is how many functions run, those whose result nobody wants any more included.
	Running int
	// Idle is how many goroutines are kept for the next function.
	Idle int
	// Queued is how many functions wait for their turn.
	Queued int
	// Done is how many functions have returned or panicked, and Panics how many panicked.
	Done, Panics uint64
}

// poolWork is something to be done by a Pool.
type poolWork interface {
	// run does it, and says whether it panicked. It does not panic itself.
	run() (panicked bool)
	// refuse is called if it will not be done.
	refuse()
	// stop is called if the Pool is closed while it is being done.
	stop()
}

// NewPool makes a Pool. It panics if an option is negative.
func NewPool(opts PoolOptions) *Pool {
	if opts.Max < 0 || opts.IdleTimeout < 0 {
		panic("future: NewPool with a negative option")
	}
	return &Pool{opts: opts}
}

// defaultPool is the one of [Go].
var defaultPool Pool

// DefaultPool is the Pool that [Go] and the Unblock functions use. It is not to be closed.
func DefaultPool() *Pool { return &defaultPool }

// Stats returns the numbers of now.
func (p *Pool) Stats() PoolStats {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.stats
	s.Max = p.max()
	return s
}

func (p *Pool) max() int {
	if p.opts.Max == 0 {
		return defaultPoolMax
	}
	return p.opts.Max
}

// Close cancels the contexts of the functions that run, and has those that are queued and
// those that come later end with [ErrPoolClosed]. It does not wait for those that run: Wait
// does. Calls after the first return nil, too.
func (p *Pool) Close() error {
	p.mu.Lock()
	p.closed = true
	idle, refused := p.idle, p.queue
	p.idle, p.stats.Idle, p.queue = nil, 0, waitList[poolWork]{}
	var running []poolWork
	for w := p.running.first; w != nil; w = w.next {
		running = append(running, w.v)
	}
	// They are not queued any more for those who cancel them meanwhile.
	for w := refused.first; w != nil; w = w.next {
		w.state = waitRefused
	}
	p.stats.Queued = 0
	p.mu.Unlock()
	for ; idle != nil; idle = idle.next {
		close(idle.work)
	}
	for w := refused.pop(); w != nil; w = refused.pop() {
		w.v.refuse()
	}
	for _, w := range running {
		w.stop()
	}
	p.settle()
	return nil
}

// Wait blocks until nothing runs and nothing is queued, or returns the error of ctx if that is
// done before.
func (p *Pool) Wait(ctx context.Context) error {
	for !p.isQuiet() {
		l := p.quiet.Listen()
		if p.isQuiet() {
			l.Cancel()
			break
		}
		if err := l.Wait(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (p *Pool) isQuiet() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.stats.Running == 0 && p.stats.Queued == 0
}

// settle tells those who wait for quiet, if it is.
func (p *Pool) settle() {
	if p.isQuiet() {
		p.quiet.Notify(math.MaxInt)
	}
}
