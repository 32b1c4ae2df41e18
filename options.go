package goetia

import (
	"fmt"
	"time"

	"github.com/goetia-go/goetia/poll"
)

// Option configures [New].
type Option func(*options)

type options struct {
	mechanism  poll.Mechanism
	shards     int
	background bool
	callbacks  int
	sweep      time.Duration
	simulated  bool
}

// WithMechanism asks for one way of asking the kernel, as [poll.WithMechanism] does.
func WithMechanism(m poll.Mechanism) Option { return func(o *options) { o.mechanism = m } }

// WithShards spreads the registrations over n Pollers, each with a loop of its own. A
// connection's descriptor decides where it is registered, and it stays there. Without
// this option there is one.
func WithShards(n int) Option { return func(o *options) { o.shards = n } }

// WithBackground has the Reactor drive itself: a goroutine for each shard runs while
// there is something to wait for, and ends soon after. Without this option nothing
// happens outside [Reactor.Turn] and [Reactor.Run].
func WithBackground() Option { return func(o *options) { o.background = true } }

// WithCallbackLimit lets at most n goroutines of each shard run callbacks at a time; what
// fires beyond that waits its turn, in the order of firing. Without this option each
// callback has a goroutine at once, as with time.AfterFunc. Callbacks that wait for
// one another must not have a limit.
func WithCallbackLimit(n int) Option { return func(o *options) { o.callbacks = n } }

// WithSweep says how long it takes at most until a connection that was closed under its
// watch is found, where the kernel does not tell. The default is 10 seconds. A sweep
// asks no kernel for connections of package net: it costs some 50 nanoseconds for each
// connection in each period.
func WithSweep(period time.Duration) Option { return func(o *options) { o.sweep = period } }

// WithSimulation makes a Reactor that asks no kernel. It takes only connections that tell
// their readiness themselves ([Notifier]), such as those of package simnet, and works
// inside a testing/synctest bubble.
func WithSimulation() Option { return func(o *options) { o.simulated = true } }

const (
	defaultSweep = 10 * time.Second
	maxShards    = 1024
)

func collect(opts []Option) (options, error) {
	o := options{shards: 1, sweep: defaultSweep}
	for _, opt := range opts {
		if opt != nil {
			opt(&o)
		}
	}
	switch {
	case o.shards < 1 || o.shards > maxShards:
		return o, fmt.Errorf("goetia: %d shards: %w", o.shards, poll.ErrInvalid)
	case o.callbacks < 0:
		return o, fmt.Errorf("goetia: a limit of %d callbacks: %w", o.callbacks, poll.ErrInvalid)
	case o.sweep <= 0:
		return o, fmt.Errorf("goetia: a sweep every %v: %w", o.sweep, poll.ErrInvalid)
	case o.simulated && o.mechanism != "":
		return o, fmt.Errorf("goetia: a simulated Reactor with mechanism %s: %w", o.mechanism, poll.ErrInvalid)
	}
	return o, nil
}
