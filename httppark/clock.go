package httppark

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/goetia-go/goetia"
)

// clock counts the time for which connections linger. It ticks while the server has some,
// and each tick looks at all of those once. A connection that is busy is looked at too, and
// pays nothing else: its requests set no timer.
type clock struct {
	l *Listener
	// period is that of a tick.
	period time.Duration
	// ticks is the shortest time for lingering, levels how often it can be doubled.
	ticks  uint32
	levels uint8
	tick   atomic.Uint32
	// on: there will be a next tick. Listener.mu guards it.
	on bool
	// mu guards timer.
	mu    sync.Mutex
	timer *goetia.Timer
}

// A tick is the shortest time for lingering if that is between these.
const (
	shortTick = 10 * time.Millisecond
	longTick  = 250 * time.Millisecond
)

func (k *clock) init(l *Listener) {
	k.l = l
	least, most := l.opts.lingerMin, l.opts.lingerMax
	k.period = min(max(least, shortTick), longTick)
	if l.opts.tick > 0 {
		k.period = l.opts.tick
	}
	k.ticks = uint32(least / k.period)
	for d := max(least, k.period); d < most && k.levels < maxLevels; d *= 2 {
		k.levels++
	}
}

// maxLevels keeps the ticks within their type.
const maxLevels = 20

// lingers says for how many ticks a connection lingers.
func (k *clock) lingers(level uint8) uint32 {
	if k.ticks == 0 && level > 0 {
		return 1 << (level - 1)
	}
	return k.ticks << level
}

// price is what a pause in the parking place costs, as a multiple of what it costs to be parked
// and no more (BenchmarkPause, less what a request takes without).
type price int

const (
	parking  price = 1
	slimming price = 4
)

// learn adapts the time for lingering to how long the connection was parked. It is called
// with the connection's lock held.
func (c *conn) learn(parked time.Duration, paid price) {
	k := &c.l.clock
	lingers := max(time.Duration(k.ticks)*k.period, k.period) << c.level
	switch {
	case parked < time.Duration(paid)*lingers && c.level < k.levels:
		// Had it stayed for twice as long, parking would have been saved, or it would
		// not have been worth what it costs.
		c.level++
	case parked > 8*time.Duration(paid)*lingers && c.level > 0:
		c.level--
	}
}

// start has the clock tick.
func (k *clock) start() {
	k.l.mu.Lock()
	starts := !k.on && !k.l.closed
	k.on = k.on || starts
	k.l.mu.Unlock()
	if starts {
		k.set()
	}
}

// set sets the timer for the next tick. Whoever has set on does.
func (k *clock) set() {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.timer == nil {
		k.timer = k.l.reactor.AfterFunc(k.period, k.look)
		return
	}
	k.timer.Reset(k.period)
}

func (k *clock) stop() {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.timer != nil {
		k.timer.Stop()
	}
}

// look is a tick.
func (k *clock) look() {
	tick := k.tick.Add(1)
	k.l.mu.Lock()
	served := &k.l.lists[serving]
	for c := served.first; c != nil; c = c.next {
		if c.is(lingering) && int32(tick-c.due.Load()) >= 0 {
			c.kick()
		}
	}
	k.on = served.n > 0 && !k.l.closed
	on := k.on
	k.l.mu.Unlock()
	if on {
		k.set()
	}
}
