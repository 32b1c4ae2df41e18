package goetia

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/goetia-go/goetia/internal/timers"
	"github.com/goetia-go/goetia/poll"
)

// shard is one Poller and what is registered there. It never hands a registration to
// another one.
type shard struct {
	r *Reactor
	p poller

	// mu guards what follows, and the Sources, Watches and Timers of this shard. The
	// Poller is asked to change registrations with it held, which calls Control of
	// their RawConns; callbacks and other people's methods are called without.
	mu sync.Mutex
	// slots are the registrations. A Source's key in the Poller is its index here and
	// a generation.
	slots []*Source
	free  []uint32
	// generation is that of the last registration. It goes up by one for each, so
	// that a slot's next use never has the number of one that an event may be under
	// way for.
	generation uint32
	// added: there are registrations that have come since the last time that those were dropped
	// for which nobody waits.
	added bool
	// armed is how many watches of sources in the Poller wait.
	armed int
	// soft are the armed watches of connections without a descriptor, arms how many
	// there have been.
	soft map[*Watch]listening
	arms uint64
	// answers are the armed watches that are to fire, since such a connection has told or another
	// one holds bytes already, and that nobody who turns has fired yet. told: whoever turns
	// is to be notified of that.
	answers []*Watch
	told    bool
	timers  timers.Queue
	sweep   sweep
	calls   calls
	// waits counts the calls of the Poller's Wait. A call's number is its tick; an
	// event belongs to the tick of the call that has collected it. waiting are the
	// calls that have not come back.
	waits   uint64
	waiting int
	// until is when the Wait in progress ends by itself, and awake if there is none or it
	// is being ended.
	until int64
	// turners are those inside turn.
	turners int
	// driving: the background goroutine runs, or is about to.
	driving bool
	closed  bool
	// holds: the kernel keeps an armed source open although it was closed.
	holds   bool
	counts  Counters
	latency Histogram

	// notified makes one Turn return.
	notified atomic.Bool
	// leaving is how many calls of Run want to return.
	leaving atomic.Int32
}

func newShard(r *Reactor, p poller) *shard {
	sh := &shard{r: r, p: p, until: awake, soft: make(map[*Watch]listening)}
	sh.calls.limit = r.opts.callbacks
	sh.calls.run = sh.work
	sh.sweep.period = int64(r.opts.sweep)
	sh.holds = p.Features().HoldsOpen
	return sh
}

// awake is a time before all others.
const awake = -1 << 63

// start makes the monotonic clock a number. Inside a testing/synctest bubble, whose
// clock stands in the past, the number is negative.
var start = time.Now()

func clock() int64 { return int64(time.Since(start)) }

// after is a time that lies d in the future, or timers.Never if that is beyond the end
// of the clock.
func after(now int64, d time.Duration) int64 {
	if int64(d) > timers.Never-max(now, 0) {
		return timers.Never
	}
	return now + int64(d)
}

// key is the Poller's name for a Source.
func key(index, generation uint32) poll.Key {
	return poll.Key(generation)<<32 | poll.Key(index)
}

// find returns the Source of a key, or nil if that registration has ended.
func (sh *shard) find(k poll.Key) *Source {
	i := uint32(k)
	if i >= uint32(len(sh.slots)) || sh.slots[i] == nil || sh.slots[i].generation != uint32(k>>32) {
		return nil
	}
	return sh.slots[i]
}

// known returns the registration of a descriptor's number, or nil.
func (sh *shard) known(src poll.Source) *Source {
	k, ok := sh.p.Lookup(src)
	if !ok {
		return nil
	}
	return sh.find(k)
}

// driven says that nobody has to be started to drive.
func (sh *shard) driven() bool { return sh.driving || !sh.r.opts.background }

// busy says whether there is something to drive for.
func (sh *shard) busy() bool { return sh.armed > 0 || sh.timers.Len() > 0 }

func (sh *shard) registered() bool { return len(sh.slots) > len(sh.free) }

// unlock gives mu up, and says what is to be done without it.
func (sh *shard) unlock() work {
	w := work{sh: sh}
	w.spawn, w.inline = sh.calls.take()
	if sh.r.opts.background && !sh.driving && !sh.closed && (sh.busy() || sh.added) {
		sh.driving, w.drive = true, true
		sh.r.drivers.Add(1)
	}
	w.notify, sh.told = sh.told, false
	if sh.until != awake {
		// Whoever waits has to look again, but only for the sake of a timer, or
		// of the first sweep, that comes before what it waits for.
		next := sh.timers.Next()
		if !sh.sweep.on && sh.registered() {
			next = min(next, sh.nextLook(clock()))
		}
		if next < sh.until {
			sh.until, w.notify = awake, true // it looks at all that there is by then
			sh.counts.Wakes++
		} else if sh.driving && !sh.busy() {
			// The background goroutine is to end soon.
			if end := after(clock(), linger); end < sh.until {
				sh.until, w.notify = end, true
			}
		}
	}
	sh.mu.Unlock()
	return w
}

// work is what has to be done without the lock.
type work struct {
	sh     *shard
	spawn  int
	drive  bool
	notify bool
	inline *[]call
}

func (w work) run() {
	for range w.spawn {
		go w.sh.calls.run()
	}
	if w.drive {
		go insist(w.sh.drive, w.sh.r.drivers.Done)
	}
	if w.notify {
		// It fails for a closed Poller only, where nobody waits.
		_ = w.sh.p.Notify()
	}
	if w.inline != nil {
		callAll(w.inline)
	}
}
