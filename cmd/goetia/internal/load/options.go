package load

import (
	"time"

	"github.com/goetia-go/goetia/cmd/goetia/internal/sock"
	"github.com/goetia-go/goetia/poll"
)

// Options are a run's settings.
type Options struct {
	Addr      sock.Addr
	Mechanism poll.Mechanism // empty is the system's default
	Conns     int
	Size      int // bytes in a message
	Duration  time.Duration
	Workers   int // goroutines and Pollers; 0 is one
	// Rate is the number of messages per second of all connections together;
	// 0 is as fast as the answers come.
	Rate float64
	Seed uint64
	// ConnectTimeout is how long one connection attempt may take; 0 is 10 s.
	ConnectTimeout time.Duration
	// Grace is how long to wait for the last answers; 0 is 10 s.
	Grace time.Duration
}

const (
	defaultConnectTimeout = 10 * time.Second
	defaultGrace          = 10 * time.Second
	// dialing is how many connection attempts are under way at once, which
	// is fewer than the listen queue of any system holds.
	dialing = 100
)

func (o Options) withDefaults() Options {
	o.Workers = max(1, min(o.Workers, o.Conns))
	if o.ConnectTimeout <= 0 {
		o.ConnectTimeout = defaultConnectTimeout
	}
	if o.Grace <= 0 {
		o.Grace = defaultGrace
	}
	return o
}
